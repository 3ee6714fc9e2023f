using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Quality;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Jobs;

/// <summary>A batch of Bronze rows, each either a candidate for Silver or a dead letter: never both, never neither (INV-1).</summary>
public sealed record Judgement(IReadOnlyList<SilverCandle> Candidates, IReadOnlyList<DeadLetter> Letters);

/// <summary>Gives every Bronze row its first verdict: parse by the wire schema, then the expectations. Pure.</summary>
public sealed class BronzeJudge(KlineWireSchema schema, ExpectationSet expectations)
{
    /// <summary>The code of a row whose symbol or interval no ingestion of ours writes.</summary>
    public const string ForeignRow = "foreign_row";

    public Judgement Judge(IReadOnlyList<BronzeEntry> entries, string jobRunId)
    {
        var candidates = new List<SilverCandle>(entries.Count);
        var letters = new List<DeadLetter>();
        foreach (BronzeEntry entry in entries)
        {
            (SilverCandle? candle, string code, string message) = Read(entry);
            if (candle is not null && Broken(candle) is { } broken)
            {
                (candle, code, message) = (null, broken.Code, broken.Message);
            }

            if (candle is null)
            {
                letters.Add(DeadLetter.Of(entry, code, message, jobRunId));
            }
            else
            {
                candidates.Add(candle);
            }
        }

        return new Judgement(candidates, letters);
    }

    /// <summary>The same for a batch that was judged before: who is quarantined is known, and the rules of today are not asked.</summary>
    public Judgement JudgeAsBefore(IReadOnlyList<BronzeEntry> entries, Func<int, bool> isQuarantined, string jobRunId)
    {
        var candidates = new List<SilverCandle>(entries.Count);
        var letters = new List<DeadLetter>();
        for (int i = 0; i < entries.Count; i++)
        {
            (SilverCandle? candle, string code, string message) = Read(entries[i]);
            if (candle is null || isQuarantined(i))
            {
                letters.Add(DeadLetter.Of(entries[i], code, message, jobRunId));
            }
            else
            {
                candidates.Add(candle);
            }
        }

        return new Judgement(candidates, letters);
    }

    private SilverVerdict.Quarantined? Broken(SilverCandle candle)
    {
        CandleFindings findings = expectations.Judge(candle);
        return findings.Worst == ExpectationAction.Fail
            ? throw new ExpectationFailedException($"{findings.Gravest!.Code} is set to fail. {findings.Describe(candle)}")
            : findings.ToQuarantine(candle);
    }

    private (SilverCandle? Candle, string Code, string Message) Read(BronzeEntry entry) => entry.Match(
        raw => KlineParser.Read(raw, schema).Match<(SilverCandle?, string, string)>(
            parsed => (parsed.Candle, "", ""),
            faulty => (null, faulty.Code, faulty.Message)),
        _ => (null, ForeignRow, "The row's symbol or interval is none that this exchange can have; another writer put it into Bronze."));
}
