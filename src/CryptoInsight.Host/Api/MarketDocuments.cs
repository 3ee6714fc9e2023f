using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Lake.Gold;

namespace CryptoInsight.Host.Api;

/// <summary>A signal as the API writes it: times in milliseconds UTC, null where unknown.</summary>
public sealed record SignalDocument(
    long BucketStart, long BucketEnd, double Open, double High, double Low, double Close, double Volume, double? QuoteVolume, long? Trades, int Candles, double? Vwap,
    double? Ma50, double? Ma200, double? Rsi14, string CrossSignal, string? CrossEvent, bool? AboveMa200, double? PctChange24h, int? FngValue, string? FngLabel, bool IsFinal, long UpdatedAt)
{
    public static SignalDocument Of(StampedSignal signal)
    {
        ArgumentNullException.ThrowIfNull(signal);
        SignalRow r = signal.Row;
        return new SignalDocument(
            r.BucketStart.Milliseconds, r.BucketEnd.Milliseconds, r.Open, r.High, r.Low, r.Close, r.Volume, r.QuoteVolume, r.Trades, r.Candles, r.Vwap,
            r.Ma50, r.Ma200, r.Rsi14, r.CrossSignal, r.CrossEvent, r.AboveMa200, r.PctChange24h, r.FngValue, r.FngLabel, r.IsFinal, signal.UpdatedAt.Milliseconds);
    }
}

/// <summary>A candle as the API writes it.</summary>
public sealed record CandleDocument(long OpenTime, double Open, double High, double Low, double Close, double Volume)
{
    public static CandleDocument Of(Candle c) => new(c.OpenTime.Milliseconds, c.Open, c.High, c.Low, c.Close, c.Volume);
}

/// <summary>One symbol's newest state.</summary>
public sealed record SymbolDocument(
    string Symbol, IReadOnlyList<string> Timeframes, double? LastPrice, long? LastPriceAt, double? ChangePct24h, string? CrossSignal, double? Rsi14, long? NewestBucketStart, long? LagSeconds);

/// <summary>All symbols.</summary>
public sealed record SymbolsDocument(string Exchange, bool Simulated, long Now, IReadOnlyList<SymbolDocument> Symbols);

/// <summary>The signals of one series, ascending.</summary>
public sealed record SignalsDocument(string Symbol, string Timeframe, IReadOnlyList<SignalDocument> Signals);

/// <summary>The candles of one series, ascending.</summary>
public sealed record CandlesDocument(string Symbol, string Interval, IReadOnlyList<CandleDocument> Candles);

/// <summary>One table of the lake.</summary>
public sealed record TableDocument(string Name, long Version, long Rows, int Files, long Bytes, long CommittedAt);

/// <summary>The lake's tables.</summary>
public sealed record TablesDocument(IReadOnlyList<TableDocument> Tables);
