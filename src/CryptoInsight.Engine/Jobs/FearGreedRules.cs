using CryptoInsight.Domain.Quality;
using CryptoInsight.Domain.Sentiment;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Sources.FearGreed;

namespace CryptoInsight.Engine.Jobs;

/// <summary>The rules of <c>02b_transform_silver_fear_greed</c>: one row a day.</summary>
public sealed class FearGreedRules : SilverRules<RawFearGreed, SilverFearGreed, int>
{
    public const string Id = "02b_transform_silver_fear_greed";

    public override string JobId => Id;

    public override IComparer<SilverFearGreed> Order => SilverFearGreedOrder.Instance;

    public override (SilverFearGreed? Row, SilverVerdict.Quarantined? Why) Read(RawFearGreed raw) => FearGreedParser.Read(raw);

    public override DeadLetter Letter(RawFearGreed raw, string code, string message, string jobRunId)
    {
        ArgumentNullException.ThrowIfNull(raw);
        return DeadLetter.OfRow(raw.Source, null, raw.UniqueKey, raw.EventTime, raw.IngestTime, raw.RawJson, raw.IngestRunId, code, message, jobRunId);
    }

    public override int KeyOf(SilverFearGreed row) => DayOf(row);

    public override string NameOf(SilverFearGreed row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.UniqueKey;
    }

    public override int DayOf(SilverFearGreed row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.Day;
    }
}
