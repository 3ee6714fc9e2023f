using CryptoInsight.Domain.Positions;
using CryptoInsight.Domain.Quality;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Sources.Leaderboard;

namespace CryptoInsight.Engine.Jobs;

/// <summary>The rules of <c>02c_transform_silver_leaderboard</c>: one row per account, symbol and update.</summary>
public sealed class PositionRules : SilverRules<RawPosition, SilverPosition, string>
{
    public const string Id = "02c_transform_silver_leaderboard";

    public override string JobId => Id;

    public override IComparer<SilverPosition> Order => SilverPositionOrder.Instance;

    public override (SilverPosition? Row, SilverVerdict.Quarantined? Why) Read(RawPosition raw) => PositionParser.Read(raw);

    public override DeadLetter Letter(RawPosition raw, string code, string message, string jobRunId)
    {
        ArgumentNullException.ThrowIfNull(raw);
        return DeadLetter.OfRow(raw.Source, raw.Uid, raw.UniqueKey, raw.EventTime, raw.IngestTime, raw.RawJson, raw.IngestRunId, code, message, jobRunId);
    }

    public override string KeyOf(SilverPosition row) => NameOf(row);

    public override string NameOf(SilverPosition row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.UniqueKey;
    }

    public override int DayOf(SilverPosition row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.EventTime.Day;
    }
}
