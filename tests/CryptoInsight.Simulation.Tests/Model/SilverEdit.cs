using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Simulation.Tests.Model;

/// <summary>What somebody does to Silver by hand: rows of a symbol in a range of open times are deleted, or get another close.</summary>
/// <param name="Close">Null: the rows are deleted.</param>
internal sealed record SilverEdit(int Id, Symbol Symbol, Interval Interval, UnixMicros From, UnixMicros To, double? Close)
{
    public Predicate Where => Predicate.All(
        Predicate.Equal("symbol", Symbol.Code),
        Predicate.Equal("interval", Interval.Code),
        Predicate.Between("open_time", From.Value, To.Value));

    public bool Reaches(CandleKey key) => key.Symbol == Symbol && key.Interval == Interval && key.OpenTime >= From && key.OpenTime <= To;

    public SilverCandle Apply(SilverCandle row) => row with { Candle = row.Candle with { Close = Close!.Value } };

    public override string ToString() => $"{(Close is { } close ? $"UPDATE close = {close}" : "DELETE")} where {Symbol} {Interval} {From}..{To}";
}
