using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Simulation.Tests.Model;

/// <summary>What somebody does to Silver by hand. A closed union.</summary>
internal abstract record SilverEdit(int Id, Predicate Where)
{
    /// <summary>The rows as they are after it.</summary>
    public abstract SilverCandle? Apply(SilverCandle row);

    public abstract bool Reaches(CandleKey key);

    /// <summary>The columns that are set; null: the rows go.</summary>
    public abstract IReadOnlyDictionary<string, object?>? Values { get; }

    private static Predicate Range(CandleKey from, UnixMicros to) => Predicate.All(
        Predicate.Equal("symbol", from.Symbol.Code),
        Predicate.Equal("interval", from.Interval.Code),
        Predicate.Between("open_time", from.OpenTime.Value, to.Value));

    private static bool IsIn(CandleKey key, CandleKey from, UnixMicros to) =>
        key.Symbol == from.Symbol && key.Interval == from.Interval && key.OpenTime >= from.OpenTime && key.OpenTime <= to;

    /// <summary>Rows of a series from a key on are deleted.</summary>
    public sealed record Delete(int Id, CandleKey From, UnixMicros To) : SilverEdit(Id, Range(From, To))
    {
        public override IReadOnlyDictionary<string, object?>? Values => null;

        public override SilverCandle? Apply(SilverCandle row) => null;

        public override bool Reaches(CandleKey key) => IsIn(key, From, To);
    }

    /// <summary>Rows of a series from a key on get another close.</summary>
    public sealed record SetClose(int Id, CandleKey From, UnixMicros To, double Close) : SilverEdit(Id, Range(From, To))
    {
        public override IReadOnlyDictionary<string, object?>? Values => new Dictionary<string, object?> { ["close"] = Close };

        public override SilverCandle? Apply(SilverCandle row) => row with { Candle = row.Candle with { Close = Close } };

        public override bool Reaches(CandleKey key) => IsIn(key, From, To);
    }

    /// <summary>One row gets another open time of the same day, and with it another key.</summary>
    public sealed record Move(int Id, CandleKey From, UnixMicros Target) : SilverEdit(Id, Range(From, From.OpenTime))
    {
        public override IReadOnlyDictionary<string, object?>? Values => new Dictionary<string, object?>
        {
            ["open_time"] = Target.Value,
            ["event_time"] = Target.Value,
            ["unique_key"] = (From with { OpenTime = Target }).UniqueKey,
        };

        public override SilverCandle? Apply(SilverCandle row) => row with { Candle = row.Candle with { OpenTime = Target } };

        public override bool Reaches(CandleKey key) => key == From;
    }
}
