using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Symbols.Wire;

namespace CryptoInsight.Engine.Symbols;

/// <summary>Row changes of a symbol, and positions, on the wire.</summary>
internal static class ChangeColumns
{
    public static Changes? Write(IReadOnlyList<CandleChange> changes)
    {
        if (changes.Count == 0)
        {
            return null;
        }

        List<Candle> puts = [.. changes.OfType<CandleChange.Put>().Select(p => p.Candle)];
        var wire = new Changes
        {
            IsPut = OptionalColumns.Bits(changes, c => c is CandleChange.Put),
            QuoteVolume = OptionalColumns.Doubles(puts, c => c.QuoteVolume),
            Trades = OptionalColumns.Longs(puts, c => c.Trades),
            TakerBuyBase = OptionalColumns.Doubles(puts, c => c.TakerBuyBase),
            TakerBuyQuote = OptionalColumns.Doubles(puts, c => c.TakerBuyQuote),
        };
        var names = new Dictionary<Interval, uint>();
        long before = 0;
        foreach (CandleChange change in changes)
        {
            if (!names.TryGetValue(change.Interval, out uint name))
            {
                names.Add(change.Interval, name = (uint)names.Count);
                wire.Intervals.Add(change.Interval.Code);
            }

            wire.Interval.Add(name);
            wire.OpenTimeStep.Add(change.OpenTime.Value - before);
            before = change.OpenTime.Value;
        }

        foreach (Candle candle in puts)
        {
            wire.Open.Add(candle.Open);
            wire.High.Add(candle.High);
            wire.Low.Add(candle.Low);
            wire.Close.Add(candle.Close);
            wire.Volume.Add(candle.Volume);
            wire.CloseTimeAfter.Add(candle.CloseTime - candle.OpenTime);
        }

        return wire;
    }

    public static IReadOnlyList<CandleChange> Read(Changes? wire)
    {
        if (wire is null)
        {
            return [];
        }

        Interval[] intervals = [.. wire.Intervals.Select(Interval.Parse)];
        double?[] quote = OptionalColumns.Read(wire.QuoteVolume, wire.Open.Count), takerBase = OptionalColumns.Read(wire.TakerBuyBase, wire.Open.Count);
        double?[] takerQuote = OptionalColumns.Read(wire.TakerBuyQuote, wire.Open.Count);
        long?[] trades = OptionalColumns.Read(wire.Trades, wire.Open.Count);
        var changes = new CandleChange[wire.Interval.Count];
        long openTime = 0;
        for (int i = 0, p = 0; i < changes.Length; i++)
        {
            openTime += wire.OpenTimeStep[i];
            var open = new UnixMicros(openTime);
            Interval interval = intervals[wire.Interval[i]];
            if (!OptionalColumns.Bit(wire.IsPut, i))
            {
                changes[i] = new CandleChange.Drop(interval, open);
                continue;
            }

            changes[i] = new CandleChange.Put(interval, new Candle(
                open, wire.Open[p], wire.High[p], wire.Low[p], wire.Close[p], wire.Volume[p], open + wire.CloseTimeAfter[p], quote[p], trades[p], takerBase[p], takerQuote[p]));
            p++;
        }

        return changes;
    }

    public static Position Write(SignalPosition position)
    {
        var wire = new Position { SilverVersion = position.SilverVersion, IndexVersion = position.IndexVersion, ConfigGeneration = (ulong)position.ConfigGeneration };
        foreach ((Interval interval, UnixMicros watermark) in position.Watermarks.Entries)
        {
            wire.WatermarkIntervals.Add(interval.Code);
            wire.WatermarkMicros.Add(watermark.Value);
        }

        return wire;
    }

    /// <summary>The position without its index: whoever needs it looks it up by its version.</summary>
    public static SignalPosition Read(Position wire)
    {
        Watermarks watermarks = Watermarks.None;
        for (int i = 0; i < wire.WatermarkIntervals.Count; i++)
        {
            watermarks = watermarks.With(Interval.Parse(wire.WatermarkIntervals[i]), new UnixMicros(wire.WatermarkMicros[i]));
        }

        return new SignalPosition(wire.SilverVersion, wire.IndexVersion, (long)wire.ConfigGeneration, watermarks, wire.IndexVersion < 0 ? FearGreedIndex.Empty : null);
    }
}
