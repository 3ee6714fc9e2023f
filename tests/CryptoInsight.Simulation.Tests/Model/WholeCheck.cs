using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Domain.Tests.Signals;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Lake.Gold;
using CryptoInsight.Lake.Silver;
using CryptoInsight.Simulation.Tests.Market;
using CryptoInsight.Simulation.Tests.Stage;

namespace CryptoInsight.Simulation.Tests.Model;

/// <summary>All tables, read from scratch as a stranger would, against the naive model: at any instant, whoever is in the middle of whatever.</summary>
internal sealed class WholeCheck(LakeLocation lake, Ledger ledger, TimeProvider clock)
{
    /// <summary>Throws if a promise is broken (INV-1 to INV-5).</summary>
    public void Run()
    {
        try
        {
            Task all = AllAsync();
            Expect(all.IsCompleted, "a read of the stores in memory did not complete at once");
            all.GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is DeltaException or IOException or InvalidDataException)
        {
            throw new SimulationViolation($"INV-4: a table cannot be read: {e.GetType().Name}: {e.Message}", e);
        }
    }

    private async Task AllAsync()
    {
        Snapshot silver = await CheckSilverAsync().ConfigureAwait(false);
        await CheckLettersAsync(silver.TransactionVersion(SilverJob.Id) ?? -1).ConfigureAwait(false);
        await CheckGoldAsync().ConfigureAwait(false);
    }

    private async Task<Snapshot> CheckSilverAsync()
    {
        var silver = new SilverChartsTable(await OpenAsync(SilverChartsTable.Name).ConfigureAwait(false));
        Snapshot snapshot = silver.Table.Snapshot;
        var rows = new Dictionary<CandleKey, SilverCandle>();
        await foreach (IReadOnlyList<SilverCandle> some in silver.ReadAsync(snapshot).ConfigureAwait(false))
        {
            foreach (SilverCandle row in some)
            {
                Expect(rows.TryAdd(row.Key, row), $"INV-2: {row.Key.UniqueKey} is twice in Silver version {snapshot.Version}");
            }
        }

        Ledger.SilverVersion expected = ledger.SilverAt(snapshot.Version);
        Same(rows, expected.Rows, $"INV-3: Silver version {snapshot.Version} (Bronze up to {expected.Position})");
        Expect((snapshot.TransactionVersion(SilverJob.Id) ?? -1) == expected.Position, $"Silver version {snapshot.Version} says position {snapshot.TransactionVersion(SilverJob.Id)}, its commits say {expected.Position}");

        // Between the request of a repair from the start and its commit the position says "again", and the rows are still those of before.
        bool isRepairAsked = expected.Position == SilverRepair.FromStart && silver.Table.Snapshot.TransactionVersion(SilverJob.Id) is not null;
        if (!ledger.WasEdited && !isRepairAsked)
        {
            Same(rows, Ledger.Folded(ledger.SilverAt(-1).Rows, ledger.BronzeUpTo(expected.Position)), $"INV-1: Silver version {snapshot.Version} as a function of Bronze up to {expected.Position}");
        }

        return snapshot;
    }

    // Refused rows are there as soon as Silver's position has passed them, each once, and none that was not refused.
    private async Task CheckLettersAsync(long silverPosition)
    {
        var letters = new DeadLetterTable(await OpenAsync(DeadLetterTable.Binance).ConfigureAwait(false));
        Dictionary<string, BronzeRow> lawful = [];
        HashSet<string> due = [];
        foreach (BronzeRow row in ledger.BronzeUpTo(ledger.BronzeVersion).Where(r => r.Passing is null))
        {
            lawful[row.LetterId] = row;
        }

        foreach (BronzeRow row in ledger.BronzeUpTo(silverPosition).Where(r => r.Passing is null))
        {
            due.Add(row.LetterId);
        }

        IReadOnlyDictionary<string, string> found = await letters.StatesOfAsync([.. lawful.Keys], lawful.Values.Select(r => (r.Raw.OpenTime ?? r.Raw.IngestTime).Day)).ConfigureAwait(false);
        long rows = letters.Table.Snapshot.RowCount ?? throw new SimulationViolation("The dead letters have files without statistics");
        Expect(rows == found.Count, $"INV-1: {rows} dead letters, but {found.Count} different refused rows among them");
        string? missing = due.FirstOrDefault(id => !found.ContainsKey(id));
        Expect(missing is null, missing is null ? "" : $"INV-1: Silver stands at Bronze version {silverPosition}, but a refused row before it is in no dead letter: {lawful[missing].Raw.RawJson}");
    }

    private async Task CheckGoldAsync()
    {
        var gold = new GoldSignalsTable(await OpenAsync(GoldSignalsTable.Name).ConfigureAwait(false));
        Snapshot snapshot = gold.Table.Snapshot;
        var rows = new Dictionary<SignalKey, SignalRow>();
        await foreach (IReadOnlyList<StampedSignal> some in gold.ReadAsync(snapshot).ConfigureAwait(false))
        {
            foreach (StampedSignal row in some)
            {
                Expect(rows.TryAdd(row.Row.Key, row.Row), $"INV-2: {row.Row.Key} is twice in Gold version {snapshot.Version}");
            }
        }

        long charts = snapshot.TransactionVersion(GoldJob.ChartsPosition) ?? -1;
        long fng = snapshot.TransactionVersion(GoldJob.IndexPosition) ?? -1;
        if (snapshot.TransactionVersion(GoldJob.ConfigPosition) == GoldJob.Unfinished)
        {
            return; // a comparison of all of Gold is between two of its commits, and says so
        }

        SignalSettings? settings = ledger.SettingsOf(snapshot.TransactionVersion(GoldJob.ConfigPosition) ?? 0);
        Expect(charts < 0 || settings is not null, $"Gold version {snapshot.Version} names settings that nobody had");
        Dictionary<SignalKey, SignalRow> expected = charts < 0 ? [] : NaiveGoldOf(ledger.SilverAt(charts).Rows.Values, ledger.IndexAt(fng), settings!);
        Same(rows, expected, $"INV-5: Gold version {snapshot.Version} (Silver version {charts}, index version {fng}, {settings})");
    }

    private static Dictionary<SignalKey, SignalRow> NaiveGoldOf(IEnumerable<SilverCandle> silver, FearGreedIndex index, SignalSettings settings)
    {
        List<SilverCandle> all = [.. silver];
        Watermarks watermarks = Watermarks.None;
        foreach (IGrouping<Interval, SilverCandle> some in all.GroupBy(c => c.Interval))
        {
            watermarks = watermarks.With(some.Key, some.Key.Next(some.Max(c => c.Candle.OpenTime)) - settings.WatermarkDelay);
        }

        var context = new SignalContext(settings, watermarks, index);
        return all.GroupBy(c => c.Symbol)
            .SelectMany(g => NaiveGold.Rows(g.Key, g.Select(c => (c.Interval, c.Candle)), context))
            .ToDictionary(r => r.Key);
    }

    private Task<DeltaTable> OpenAsync(string name) => DeltaTable.OpenAsync(lake.StoreOf(name), new DeltaTableOptions { Clock = clock, Upkeep = LogUpkeepMode.Off });

    private static void Same<TKey, TRow>(IReadOnlyDictionary<TKey, TRow> there, IReadOnlyDictionary<TKey, TRow> expected, string what)
        where TKey : notnull
    {
        foreach ((TKey key, TRow row) in expected)
        {
            Expect(there.TryGetValue(key, out TRow? found), $"{what}: {key} is missing");
            Expect(Equals(found, row), $"{what}: {key} differs\n  there:    {found}\n  expected: {row}");
        }

        foreach (TKey key in there.Keys)
        {
            Expect(expected.ContainsKey(key), $"{what}: {key} is there and must not be");
        }
    }

    private static void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new SimulationViolation(otherwise);
        }
    }
}
