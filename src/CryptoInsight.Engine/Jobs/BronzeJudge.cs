using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Quality;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Lake.Silver;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Jobs;

/// <summary>A batch of Bronze rows, each either a candidate for Silver, a dead letter, or refused before: exactly one of them (INV-1).</summary>
/// <param name="Letters">Rows refused now.</param>
/// <param name="RefusedBefore">Rows whose dead letter is there already.</param>
/// <param name="BrokenRules">Rows per broken rule, parse fault or drift, by code; a row may count for several rules.</param>
public sealed record Judgement(
    IReadOnlyList<SilverCandle> Candidates, IReadOnlyList<DeadLetter> Letters, int RefusedBefore, IReadOnlyDictionary<string, long> BrokenRules);

/// <summary>What was decided about a row earlier.</summary>
public enum EarlierVerdict
{
    /// <summary>Nothing: the rules of today decide.</summary>
    None,

    /// <summary>It went in: the rules are not asked again.</summary>
    Accepted,

    /// <summary>It was refused, and its letter is there.</summary>
    Refused,
}

/// <summary>Gives every Bronze row its first verdict: parse by the wire schema, then the expectations. Pure.</summary>
public sealed class BronzeJudge
{
    /// <summary>The code of a row whose symbol or interval no ingestion of ours writes.</summary>
    public const string ForeignRow = "foreign_row";

    /// <summary>The code under which rows with unknown elements are counted.</summary>
    public const string Drift = "schema_drift";

    private readonly ExpectationSet _expectations;
    private readonly SchemaDriftMode _onDrift;
    private readonly int[] _extraOfColumn; // per added column of the table: its place among the schema's extra columns, or -1

    public BronzeJudge(KlineWireSchema schema, ExpectationSet expectations, SchemaDriftMode onDrift = SchemaDriftMode.Rescue)
        : this(schema, expectations, onDrift, [])
    {
    }

    private BronzeJudge(KlineWireSchema schema, ExpectationSet expectations, SchemaDriftMode onDrift, int[] extraOfColumn)
    {
        Schema = schema;
        _expectations = expectations;
        _onDrift = onDrift;
        _extraOfColumn = extraOfColumn;
    }

    public KlineWireSchema Schema { get; }

    /// <summary>The same judge, filling the columns that the table has beyond a candle's, in the table's order.</summary>
    public BronzeJudge Filling(IReadOnlyList<ExtraColumn> columns)
    {
        List<string> names = [.. Schema.ExtraColumns.Select(c => c.Name)];
        return new BronzeJudge(Schema, _expectations, _onDrift, [.. columns.Select(c => names.FindIndex(n => n.Equals(c.Name, StringComparison.OrdinalIgnoreCase)))]);
    }

    /// <summary>Judges rows.</summary>
    /// <param name="earlier">What was decided about a row before (and what it reads as, if it can be read); null: nothing about any.</param>
    public Judgement Judge(IReadOnlyList<BronzeEntry> entries, string jobRunId, Func<BronzeEntry, SilverCandle?, EarlierVerdict>? earlier = null)
    {
        var candidates = new List<SilverCandle>(entries.Count);
        var letters = new List<DeadLetter>();
        var counts = new ExpectationCounts();
        var codes = new Dictionary<string, long>(StringComparer.Ordinal);
        int refusedBefore = 0;
        foreach (BronzeEntry entry in entries)
        {
            NoteDrift(entry, codes);
            (SilverCandle? candle, string code, string message) = Read(entry);
            EarlierVerdict verdict = earlier?.Invoke(entry, candle) ?? EarlierVerdict.None;
            if (verdict == EarlierVerdict.Refused)
            {
                refusedBefore++;
                continue;
            }

            if (candle is null)
            {
                codes[code] = codes.GetValueOrDefault(code) + 1;
            }
            else if (verdict == EarlierVerdict.None && Broken(candle, counts) is { } broken)
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

        foreach ((string code, long rows) in counts.ByCode())
        {
            codes[code] = rows;
        }

        return new Judgement(candidates, letters, refusedBefore, codes);
    }

    private void NoteDrift(BronzeEntry entry, Dictionary<string, long> codes)
    {
        if (entry is BronzeEntry.Readable { Candle: { RescuedData: not null } row } && SchemaDrift.Of(row, Schema) is { } drift)
        {
            codes[Drift] = codes.GetValueOrDefault(Drift) + 1;
            if (_onDrift == SchemaDriftMode.Fail)
            {
                throw SchemaDrift.Exception(row, drift.Element, drift.Value);
            }
        }
    }

    private SilverVerdict.Quarantined? Broken(SilverCandle candle, ExpectationCounts counts)
    {
        CandleFindings findings = _expectations.Judge(candle);
        counts.Add(findings);
        return findings.Worst == ExpectationAction.Fail
            ? throw new ExpectationFailedException(
                $"The rule {findings.Gravest!.Code} is set to fail. {findings.Describe(candle)} Nothing of this batch was written. Set silver.expectations.{findings.Gravest.Code} to quarantine (or warn) and repair {SilverJob.Id}, or correct the source.")
            : findings.ToQuarantine(candle);
    }

    private (SilverCandle? Candle, string Code, string Message) Read(BronzeEntry entry) => entry.Match(
        raw => KlineParser.Read(raw, Schema).Match<(SilverCandle?, string, string)>(
            parsed => (_extraOfColumn.Length == 0 ? parsed.Candle : parsed.Candle with { Extra = ExtraOf(parsed.Extra) }, "", ""),
            faulty => (null, faulty.Code, faulty.Message)),
        _ => (null, ForeignRow, "The row's symbol or interval is none that this exchange can have; another writer put it into Bronze."));

    private ExtraValues ExtraOf(IReadOnlyList<object?> parsed)
    {
        var values = new object?[_extraOfColumn.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = _extraOfColumn[i] >= 0 ? parsed[_extraOfColumn[i]] : null;
        }

        return ExtraValues.Of(values);
    }
}
