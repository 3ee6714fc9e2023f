using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Engine.Jobs;

/// <summary>Compares Silver with the newest snapshot of Bronze, key by key, and commits the difference with Bronze's version as position.</summary>
/// <remarks>
/// <para>Two ways. <i>Catching up</i> (the log between is cleaned): what was decided stays decided (a known letter stays as it is, a row that Silver has stays in), the rest is judged now, and Silver
/// only grows by INV-3. <i>Exact</i> (repair from the start; Bronze was restored): every row is judged by the rules and the wire schema of today, letters that pass now are marked as replayed,
/// and rows of Silver that no row of Bronze stands for any more are deleted. Letters marked as replayed count as accepted in both.</para>
/// <para>Memory: a day (partition) at a time, a large day in several passes by symbol. The difference is one commit unless it holds more rows than the limit; then several, each a step towards the same
/// state by key, and only the last one moves the position, so a crash between them begins the comparison again. Dead letters go first, as always.</para>
/// </remarks>
internal sealed class SilverRebuild(LakeTables lake, BronzeJudge judge, SilverWriter silver, JobLetters letters, string runId, int rowsMax, bool exact)
{
    private const int PassesMax = 64;

    private readonly SilverDifference _difference = new();
    private readonly SilverPlan _amongCandidates = new(); // counts candidates that lost against another row of Bronze
    private readonly List<DeadLetter> _refused = [];
    private readonly List<(string Id, int Day)> _healed = [];
    private readonly Dictionary<string, long> _brokenRules = new(StringComparer.Ordinal);
    private readonly Dictionary<int, List<SilverCandle>> _strays = [];
    private long _rowsIn;
    private long _rowsQuarantined;
    private long _rowsOut;

    public async Task<StepOutcome> RunAsync(CancellationToken ct)
    {
        Snapshot bronze = await lake.Bronze.Table.RefreshAsync(ct).ConfigureAwait(false);
        Snapshot known = await lake.DeadLetters.Table.RefreshAsync(ct).ConfigureAwait(false);
        if (await JudgeStraysAsync(bronze, known, ct).ConfigureAwait(false) is { } strayRefused)
        {
            return new StepOutcome.StartAgain(strayRefused);
        }

        IReadOnlyDictionary<int, long> bronzeDays = PartitionDays.Of(bronze), silverDays = PartitionDays.Of(silver.Base);
        foreach (int day in bronzeDays.Keys.Concat(silverDays.Keys).Concat(_strays.Keys).Distinct().Order().ToArray())
        {
            long rows = bronzeDays.GetValueOrDefault(day) + silverDays.GetValueOrDefault(day);
            int passes = (int)Math.Min(PassesMax, 1 + (rows / rowsMax));
            for (int pass = 0; pass < passes; pass++)
            {
                await CompareAsync(bronze, known, new Part(day, pass, passes), ct).ConfigureAwait(false);
                if (_difference.RowCount + _refused.Count >= rowsMax && await FlushAsync(null, ct).ConfigureAwait(false) is { } refused)
                {
                    return new StepOutcome.StartAgain(refused);
                }
            }
        }

        return await FlushAsync(bronze.Version, ct).ConfigureAwait(false) is { } lastRefused ? new StepOutcome.StartAgain(lastRefused) : Done(bronze.Version);
    }

    /// <summary>A part of the keys that is held at once: a day, or the symbols of a day that fall to one pass.</summary>
    private readonly record struct Part(int Day, int Pass, int Passes)
    {
        public Predicate Where => Predicate.Equal("dt", (long)Day);

        public bool Has(string? symbol) => Passes == 1 || (uint)Hash(symbol ?? "") % (uint)Passes == (uint)Pass;

        // The same in every process, so that a crash and another start cut alike.
        private static int Hash(string symbol) => symbol.Aggregate(17, (h, c) => unchecked((h * 31) + c));
    }

    /// <summary>Rows without a key lie on the day when they came; if they can be read now, their key is of another day. They are few, and judged first.</summary>
    private async Task<string?> JudgeStraysAsync(Snapshot bronze, Snapshot known, CancellationToken ct)
    {
        Dictionary<string, string>? states = null;
        await foreach (IReadOnlyList<BronzeEntry> some in lake.Bronze.ReadAsync(bronze, new Predicate.IsNull("event_time"), ct).ConfigureAwait(false))
        {
            states ??= await StatesAsync(known, new Predicate.IsNull("event_time"), _ => true, ct).ConfigureAwait(false);
            foreach (SilverCandle candle in Judged(some, states, null))
            {
                if (!_strays.TryGetValue(candle.Candle.OpenTime.Day, out List<SilverCandle>? sameDay))
                {
                    _strays.Add(candle.Candle.OpenTime.Day, sameDay = []);
                }

                sameDay.Add(candle);
            }

            if (_refused.Count >= rowsMax && await FlushAsync(null, ct).ConfigureAwait(false) is { } refused)
            {
                return refused;
            }
        }

        return null;
    }

    private async Task CompareAsync(Snapshot bronze, Snapshot known, Part part, CancellationToken ct)
    {
        var existing = new Dictionary<CandleKey, SilverCandle>();
        await foreach (IReadOnlyList<SilverCandle> some in lake.Silver.RowsAsync(silver.Base, part.Where, ct).ConfigureAwait(false))
        {
            foreach (SilverCandle row in some.Where(r => part.Has(r.Symbol.Code)))
            {
                existing.Add(row.Key, row);
            }
        }

        Dictionary<string, string> states = await StatesAsync(known, part.Where, key => part.Has(key.Split('|')[0]), ct).ConfigureAwait(false);
        var winners = new Dictionary<CandleKey, SilverCandle>();
        SilverPlan.Contest(winners, _strays.GetValueOrDefault(part.Day, []).Where(c => part.Has(c.Symbol.Code)), _amongCandidates);
        await foreach (IReadOnlyList<BronzeEntry> some in lake.Bronze.ReadAsync(bronze, part.Where, ct).ConfigureAwait(false))
        {
            List<BronzeEntry> here = [.. some.Where(e => e.Match(r => r.OpenTime is not null && part.Has(r.Symbol.Code), f => f.EventTime is not null && part.Has(f.Symbol)))];
            SilverPlan.Contest(winners, Judged(here, states, existing), _amongCandidates);
        }

        _difference.Add(winners.Values, existing, exact);
    }

    /// <summary>The candidates among some rows; refused ones are kept for the next commit of letters, healed ones to be marked after Silver has them.</summary>
    private IReadOnlyList<SilverCandle> Judged(IReadOnlyList<BronzeEntry> entries, Dictionary<string, string> states, Dictionary<CandleKey, SilverCandle>? existing)
    {
        Judgement judgement = judge.Judge(entries, runId, (entry, candle) => Earlier(entry, candle, states, existing));
        foreach (DeadLetter letter in judgement.Letters)
        {
            // Judged anew and refused again: the letter is there, and stays as it was.
            _refused.AddRange(states.ContainsKey(letter.DlqId) ? [] : [letter]);
        }

        _rowsIn += entries.Count;
        _rowsQuarantined += judgement.Letters.Count + judgement.RefusedBefore;
        if (exact && states.Count > 0)
        {
            NoteHealed(entries, judgement, states);
        }

        foreach ((string code, long rows) in judgement.BrokenRules)
        {
            _brokenRules[code] = _brokenRules.GetValueOrDefault(code) + rows;
        }

        return judgement.Candidates;
    }

    private EarlierVerdict Earlier(BronzeEntry entry, SilverCandle? candle, Dictionary<string, string> states, Dictionary<CandleKey, SilverCandle>? existing)
    {
        if (!exact && candle is not null && existing is not null && existing.TryGetValue(candle.Key, out SilverCandle? there) && there.Equals(candle))
        {
            return EarlierVerdict.Accepted;
        }

        if (states.Count == 0 || !states.TryGetValue(DeadLetter.Of(entry, "", "", "").DlqId, out string? state))
        {
            return EarlierVerdict.None;
        }

        return state == DeadLetter.Replayed ? (candle is null ? EarlierVerdict.None : EarlierVerdict.Accepted) : exact ? EarlierVerdict.None : EarlierVerdict.Refused;
    }

    private void NoteHealed(IReadOnlyList<BronzeEntry> entries, Judgement judgement, Dictionary<string, string> states)
    {
        HashSet<string> stillRefused = [.. judgement.Letters.Select(l => l.DlqId)];
        foreach (BronzeEntry entry in entries)
        {
            DeadLetter letter = DeadLetter.Of(entry, "", "", "");
            if (states.TryGetValue(letter.DlqId, out string? state) && state != DeadLetter.Replayed && !stillRefused.Contains(letter.DlqId))
            {
                _healed.Add((letter.DlqId, letter.Day));
            }
        }
    }

    /// <summary>The states of the letters of a part by id; letters of other symbols are left out where the key tells.</summary>
    private async Task<Dictionary<string, string>> StatesAsync(Snapshot known, Predicate where, Func<string, bool> isOfPart, CancellationToken ct)
    {
        var states = new Dictionary<string, string>(StringComparer.Ordinal);
        if (known.RowCount == 0)
        {
            return states;
        }

        await foreach ((string id, string state, string? key) in lake.DeadLetters.StatesAsync(known, where, ct).ConfigureAwait(false))
        {
            if (key is null || isOfPart(key))
            {
                states[id] = state;
            }
        }

        return states;
    }

    /// <summary>Commits what is held: letters, then Silver, then the marks. The position only with the last. Null: done, else why the job must start again.</summary>
    private async Task<string?> FlushAsync(long? position, CancellationToken ct)
    {
        bool lettersMove = position is { } p && (exact || _refused.Count > 0) && letters.Position != p;
        if ((_refused.Count > 0 || lettersMove) && await letters.CommitAsync(_refused, position ?? letters.Position, ct).ConfigureAwait(false) is { } lettersRefused)
        {
            return lettersRefused;
        }

        _refused.Clear();
        SilverChange change = _difference.Take();
        AppTransaction[] positions = position is { } reached ? [new AppTransaction(SilverJob.Id, reached)] : [];
        if (change.RowCount > 0 || positions.Length > 0)
        {
            CommitOutcome outcome = await silver.CommitAsync(change, positions, ct).ConfigureAwait(false);
            if (outcome.Match<string?>(_ => null, _ => null, superseded => superseded.Why, conflict => conflict.Why) is { } refused)
            {
                return refused;
            }
        }

        _rowsOut += change.RowCount;
        await lake.DeadLetters.MarkAsync(_healed, DeadLetter.Replayed, ct).ConfigureAwait(false);
        _healed.Clear();
        return null;
    }

    /// <summary>The job starts again where this commit stands.</summary>
    private StepOutcome.StartAgain Done(long position) => new($"Silver was compared with all of Bronze at version {position}: {_rowsOut} of {_rowsIn} rows written or deleted")
    {
        Committed = new StepReport(position, silver.Base.Version)
        {
            RowsIn = _rowsIn,
            RowsAccepted = _difference.Accepted,
            RowsSuperseded = _difference.Superseded + _amongCandidates.Superseded,
            RowsUnchanged = _difference.Unchanged + _amongCandidates.Unchanged,
            RowsQuarantined = _rowsQuarantined,
            RowsOut = _rowsOut,
            BrokenRules = _brokenRules,
        },
    };
}
