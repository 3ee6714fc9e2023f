using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Symbols.Wire;
using Google.Protobuf.Collections;

namespace CryptoInsight.Engine.Symbols;

/// <summary>Signals and their keys as packed columns: a row is some 150 bytes without a single object.</summary>
internal static class SignalColumns
{
    public static Keys Write(IReadOnlyList<SignalKey> keys)
    {
        var wire = new Keys();
        var names = new Dictionary<Interval, uint>();
        long before = 0;
        foreach (SignalKey key in keys)
        {
            if (!names.TryGetValue(key.Timeframe, out uint name))
            {
                names.Add(key.Timeframe, name = (uint)names.Count);
                wire.Timeframes.Add(key.Timeframe.Code);
            }

            wire.Timeframe.Add(name);
            wire.BucketStartStep.Add(key.BucketStart.Value - before);
            before = key.BucketStart.Value;
        }

        return wire;
    }

    public static SignalKey[] Read(Keys? wire, Symbol symbol)
    {
        if (wire is null)
        {
            return [];
        }

        Interval[] timeframes = [.. wire.Timeframes.Select(Interval.Parse)];
        var keys = new SignalKey[wire.Timeframe.Count];
        long before = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            before += wire.BucketStartStep[i];
            keys[i] = new SignalKey(symbol, timeframes[wire.Timeframe[i]], new UnixMicros(before));
        }

        return keys;
    }

    public static Rows Write(IReadOnlyList<SignalRow> rows)
    {
        var wire = new Rows
        {
            Keys = Write([.. rows.Select(r => r.Key)]),
            Vwap = OptionalColumns.Doubles(rows, r => r.Vwap),
            QuoteVolume = OptionalColumns.Doubles(rows, r => r.QuoteVolume),
            Trades = OptionalColumns.Longs(rows, r => r.Trades),
            Ma50 = OptionalColumns.Doubles(rows, r => r.Ma50),
            Ma200 = OptionalColumns.Doubles(rows, r => r.Ma200),
            Rsi14 = OptionalColumns.Doubles(rows, r => r.Rsi14),
            AboveMa200 = OptionalColumns.Longs(rows, r => r.AboveMa200 is { } above ? above ? 1L : 0L : null),
            PctChange24H = OptionalColumns.Doubles(rows, r => r.PctChange24h),
            FngValue = OptionalColumns.Longs(rows, r => r.FngValue),
            IsFinal = OptionalColumns.Bits(rows, r => r.IsFinal),
        };
        var texts = new Dictionary<string, uint>(StringComparer.Ordinal);
        foreach (SignalRow row in rows)
        {
            wire.BucketLength.Add(row.BucketEnd - row.BucketStart);
            wire.Open.Add(row.Open);
            wire.High.Add(row.High);
            wire.Low.Add(row.Low);
            wire.Close.Add(row.Close);
            wire.AvgPrice.Add(row.AvgPrice);
            wire.Volume.Add(row.Volume);
            wire.Candles.Add((uint)row.Candles);
            wire.CrossSignal.Add(Place(row.CrossSignal, texts, wire.Texts));
            wire.CrossEvent.Add(Place(row.CrossEvent, texts, wire.Texts));
            wire.FngLabel.Add(Place(row.FngLabel, texts, wire.Texts));
        }

        return wire;
    }

    public static SignalRow[] Read(Rows? wire, Symbol symbol)
    {
        if (wire is null)
        {
            return [];
        }

        SignalKey[] keys = Read(wire.Keys, symbol);
        double?[] vwap = OptionalColumns.Read(wire.Vwap, keys.Length), quote = OptionalColumns.Read(wire.QuoteVolume, keys.Length), ma50 = OptionalColumns.Read(wire.Ma50, keys.Length);
        double?[] ma200 = OptionalColumns.Read(wire.Ma200, keys.Length), rsi = OptionalColumns.Read(wire.Rsi14, keys.Length), change = OptionalColumns.Read(wire.PctChange24H, keys.Length);
        long?[] trades = OptionalColumns.Read(wire.Trades, keys.Length), above = OptionalColumns.Read(wire.AboveMa200, keys.Length), fng = OptionalColumns.Read(wire.FngValue, keys.Length);
        string?[] texts = [null, .. wire.Texts.Select(Known)];
        var rows = new SignalRow[keys.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            SignalKey key = keys[i];
            rows[i] = new SignalRow(
                symbol, key.Timeframe, key.BucketStart, key.BucketStart + wire.BucketLength[i], wire.Open[i], wire.High[i], wire.Low[i], wire.Close[i], wire.AvgPrice[i], vwap[i],
                wire.Volume[i], quote[i], trades[i], (int)wire.Candles[i], ma50[i], ma200[i], rsi[i], texts[wire.CrossSignal[i]]!, texts[wire.CrossEvent[i]],
                above[i] is { } a ? a == 1 : null, change[i], (int?)fng[i], texts[wire.FngLabel[i]], OptionalColumns.Bit(wire.IsFinal, i));
        }

        return rows;
    }

    private static uint Place(string? text, Dictionary<string, uint> places, RepeatedField<string> texts)
    {
        if (text is null)
        {
            return 0;
        }

        if (!places.TryGetValue(text, out uint place))
        {
            places.Add(text, place = (uint)places.Count + 1);
            texts.Add(text);
        }

        return place;
    }

    private static string Known(string text) => string.IsInterned(text) ?? text; // the words of the signals are literals: one object each
}
