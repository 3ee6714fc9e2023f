using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Operations;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Host.Node;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Gold;
using CryptoInsight.Sources.Binance.Streams;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CryptoInsight.Host.Api;

/// <summary>What the page reads: symbols, signals, candles, the lake's tables, and the stream of changes.</summary>
public sealed class MarketEndpoints(MedallionPipeline pipeline, ExchangeConnection exchange, IReadOnlyList<SeriesStart> series)
{
    private const int LimitMax = 5_000;
    private const int LimitDefault = 500;

    private readonly SeriesReader _reader = new(pipeline.Lake);

    public void Map(RouteGroupBuilder api)
    {
        ArgumentNullException.ThrowIfNull(api);
        api.MapGet("/symbols", () => TypedResults.Ok(Symbols()));
        api.MapGet("/signals", SignalsAsync);
        api.MapGet("/candles", CandlesAsync);
        api.MapGet("/tables", () => TypedResults.Ok(Tables()));
        api.MapGet("/stream", async (string? symbol, string? timeframe, HttpContext context, IHostApplicationLifetime node, CancellationToken ct) =>
        {
            // A node that stops does not wait for browsers that watch it.
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, node.ApplicationStopping);
            await new ChangeStream(pipeline, Symbols, Tables).WriteAsync(context, symbol, timeframe, either.Token);
        });
    }

    private SymbolsDocument Symbols()
    {
        UnixMicros now = UnixMicros.From(pipeline.Clock.GetUtcNow());
        ILookup<Symbol, StampedSignal> newest = pipeline.Signals.Newest.ToLookup(s => s.Row.Symbol);
        IEnumerable<Symbol> all = series.Select(s => s.Symbol).Union(newest.Select(g => g.Key).Order()); // in the exchange's own order: its first market first
        return new SymbolsDocument(exchange.Name, exchange.IsSimulated, now.Milliseconds, [.. all.Select(s => Document(s, [.. newest[s].OrderBy(n => n.Row.Timeframe)], now))]);
    }

    /// <summary>A symbol is shown by its finest timeframe, which is the first to move.</summary>
    private SymbolDocument Document(Symbol symbol, IReadOnlyList<StampedSignal> newest, UnixMicros now)
    {
        LivePrice? live = exchange.Prices.Find(symbol);
        if (newest.Count == 0)
        {
            return new SymbolDocument(symbol.Code, [.. TimeframesOf(symbol)], live?.Price, live?.EventTime.Milliseconds, null, null, null, null, null);
        }

        SignalRow finest = newest[0].Row;
        UnixMicros lastCandleEnd = UnixMicros.Min(finest.BucketEnd, now);

        // A bucket that is open ends now, so a price that streams told in it is newer than its last candle.
        bool isLive = live is { } told && told.EventTime >= finest.BucketStart;
        double price = isLive ? live!.Value.Price : finest.Close;
        return new SymbolDocument(
            symbol.Code,
            [.. newest.Select(n => n.Row.Timeframe.Code)],
            price,
            (isLive ? live!.Value.EventTime : lastCandleEnd).Milliseconds,
            ChangeOf(finest, price),
            finest.CrossSignal,
            finest.Rsi14,
            finest.BucketStart.Milliseconds,
            (long)Freshness.Lag(finest.Timeframe, finest.BucketStart, now).TotalSeconds);
    }

    /// <summary>The change of a newer price against the close that the bucket's own change is measured by.</summary>
    private static double? ChangeOf(SignalRow row, double price) =>
        price == row.Close || row.PctChange24h is not { } percent || percent <= -100 ? row.PctChange24h : (price * (1 + (percent / 100)) / row.Close - 1) * 100;

    private IEnumerable<string> TimeframesOf(Symbol symbol) =>
        series.Where(s => s.Symbol == symbol).SelectMany(s => pipeline.Options.Signals.TimeframesOf(s.Interval)).Select(t => t.Window).Distinct().Order().Select(t => t.Code);

    private async Task<Results<Ok<SignalsDocument>, ProblemHttpResult>> SignalsAsync(string? symbol, string? timeframe, int? limit, long? before, CancellationToken ct)
    {
        if (!Symbol.TryParse(symbol, out Symbol s) || !Interval.TryParse(timeframe, out Interval? t))
        {
            return NodeApi.Wrong($"symbol (letters and digits) and timeframe (one of {string.Join(", ", Interval.All)}) are needed.");
        }

        if (!TryRange(limit, before, out int count, out UnixMicros end))
        {
            return NodeApi.Wrong($"limit is 1 to {LimitMax}; before is a time in milliseconds UTC.");
        }

        UnixMicros? newest = pipeline.Signals.Newest.FirstOrDefault(n => n.Row.Symbol == s && n.Row.Timeframe == t)?.Row.BucketStart;
        IReadOnlyList<StampedSignal> rows = newest is { } last
            ? await _reader.SignalsAsync(s, t, count, UnixMicros.Min(end, last + 1L), ct)
            : [];
        return TypedResults.Ok(new SignalsDocument(s.Code, t.Code, [.. rows.Select(SignalDocument.Of)]));
    }

    private async Task<Results<Ok<CandlesDocument>, ProblemHttpResult>> CandlesAsync(string? symbol, string? interval, int? limit, long? before, CancellationToken ct)
    {
        if (!Symbol.TryParse(symbol, out Symbol s) || !Interval.TryParse(interval, out Interval? i))
        {
            return NodeApi.Wrong($"symbol (letters and digits) and interval (one of {string.Join(", ", Interval.All)}) are needed.");
        }

        if (!TryRange(limit, before, out int count, out UnixMicros end))
        {
            return NodeApi.Wrong($"limit is 1 to {LimitMax}; before is a time in milliseconds UTC.");
        }

        IReadOnlyList<Candle> candles = await _reader.CandlesAsync(s, i, count, UnixMicros.Min(end, UnixMicros.From(pipeline.Clock.GetUtcNow())), ct);
        return TypedResults.Ok(new CandlesDocument(s.Code, i.Code, [.. candles.Select(CandleDocument.Of)]));
    }

    private TablesDocument Tables() => new([.. TableFacts.Of(pipeline.Lake).Select(f =>
        new TableDocument(f.Name, f.Version, f.Rows, f.Files, f.Bytes, f.CommittedAt.ToUnixTimeMilliseconds()))]);

    private static bool TryRange(int? limit, long? before, out int count, out UnixMicros end)
    {
        count = limit ?? LimitDefault;
        end = UnixMicros.Latest;
        if (before is { } ms)
        {
            if (ms < 0 || ms > UnixMicros.Latest.Milliseconds)
            {
                return false;
            }

            end = UnixMicros.FromMilliseconds(ms);
        }

        return count is > 0 and <= LimitMax;
    }
}
