using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Lake.FearGreed;
using CryptoInsight.Lake.Gold;
using CryptoInsight.Lake.Silver;
using CryptoInsight.Simulation.Tests.Market;
using CryptoInsight.Simulation.Tests.Stage;

namespace CryptoInsight.Simulation.Tests.Model;

/// <summary>The naive pipeline: what every version of Silver must hold, folded from the rows of Bronze at the instant of each commit.</summary>
/// <remarks>Sees every commit as it lands, and checks what a commit alone can show: positions that only grow (RESTORE aside), never beyond the source, never rows without a position.</remarks>
internal sealed class Ledger(Scheduler stage)
{
    public const string BatchPosition = "sim/batch/";
    public const string EditNote = "edit:";
    public const string IndexNote = "index:";

    private readonly List<IReadOnlyList<BronzeRow>> _bronze = [];
    private readonly List<SilverVersion> _silver = [];
    private readonly Dictionary<int, IReadOnlyList<BronzeRow>> _batches = [];
    private readonly Dictionary<int, SilverEdit> _edits = [];
    private readonly List<GoldPositions> _gold = [];
    private readonly Dictionary<int, (UnixMicros Time, FearGreedPoint? Point)> _indexChanges = [];
    private readonly List<ImmutableSortedDictionary<UnixMicros, FearGreedPoint>> _index = [];
    private readonly Dictionary<string, string> _tableIds = [];

    /// <summary>Silver as it must be in one version.</summary>
    /// <param name="IsAnew">The job was asked to compare with the whole of Bronze: its next commit undoes what others did by hand.</param>
    public sealed record SilverVersion(ImmutableDictionary<CandleKey, SilverCandle> Rows, long Position, bool IsAnew = false);

    public sealed record GoldPositions(long Charts, long Index, long Config);

    private sealed record LogEntry(string? Note, long? RestoredVersion, Dictionary<string, long> Positions, bool ChangesData, string? TableId);

    /// <summary>All settings that a node of this run ever had.</summary>
    public HashSet<SignalSettings> Settings { get; } = [];

    public long BronzeVersion => _bronze.Count - 1;

    public long SilverNewest => _silver.Count - 1;

    public long GoldVersion => _gold.Count - 1;

    /// <summary>True once every table is there.</summary>
    public bool HasEveryTable => HasLetters && BronzeVersion >= 0 && SilverNewest >= 0 && GoldVersion >= 0;

    private bool HasLetters { get; set; }

    /// <summary>True if somebody edited Silver by hand: then it is no longer a function of Bronze alone.</summary>
    public bool WasEdited { get; private set; }

    public SilverVersion SilverAt(long version) => version < 0 ? new SilverVersion(ImmutableDictionary<CandleKey, SilverCandle>.Empty, -1) : _silver[(int)version];

    public GoldPositions GoldAt(long version) => _gold[(int)version];

    public FearGreedIndex IndexAt(long version) => version < 0 ? FearGreedIndex.Empty : FearGreedIndex.Of(_index[(int)version].Values);

    /// <summary>The settings that a generation in Gold's commits stands for, or null.</summary>
    public SignalSettings? SettingsOf(long generation) => Settings.FirstOrDefault(s => IsGeneration(s, generation));

    public bool IsGeneration(SignalSettings settings, long generation) =>
        new[] { "", _tableIds.GetValueOrDefault(SilverFearGreedTable.Name, "") }.Any(id => SettingsGeneration.Of(settings, _tableIds[SilverChartsTable.Name], id) == generation);

    /// <summary>True if Gold's newest version shows the newest index, whatever the version is called.</summary>
    public bool IsIndexShown => IndexAt(_gold[^1].Index).Equals(IndexAt(_index.Count - 1));

    public IEnumerable<BronzeRow> BronzeUpTo(long version) => _bronze.Take((int)version + 1).SelectMany(r => r);

    public int BronzeRowsIn(long fromExclusive, long toInclusive) => _bronze.Skip((int)fromExclusive + 1).Take((int)(toInclusive - fromExclusive)).Sum(r => r.Count);

    /// <summary>A batch that is about to be appended, however often and whenever it lands.</summary>
    public string Announce(int batch, IReadOnlyList<BronzeRow> rows)
    {
        _batches[batch] = rows;
        return BatchPosition + batch.ToString(CultureInfo.InvariantCulture);
    }

    public string Announce(SilverEdit edit)
    {
        _edits[edit.Id] = edit;
        return EditNote + edit.Id.ToString(CultureInfo.InvariantCulture);
    }

    public string Announce(int change, UnixMicros time, FearGreedPoint? point)
    {
        _indexChanges[change] = (time, point);
        return IndexNote + change.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Called at the instant at which a commit becomes visible.</summary>
    public void OnCommit(string table, long version, byte[] bytes)
    {
        LogEntry entry = Read(bytes);
        string name = table[(table.LastIndexOf('/') + 1)..];
        stage.Trace.Add($"  {name} version {version}: {entry.Note}{(entry.RestoredVersion is { } r ? $"RESTORE to {r}" : "")} {string.Join(", ", entry.Positions.Select(p => $"{p.Key}={p.Value}"))}{(entry.ChangesData ? "" : " (no row changed)")}");
        if (entry.TableId is { } id)
        {
            _tableIds[name] = id;
        }

        switch (name)
        {
            case SilverFearGreedTable.Name:
                OnIndex(entry);
                break;
            case BronzeChartsTable.Name:
                OnBronze(version, entry);
                break;
            case SilverChartsTable.Name:
                OnSilver(version, entry);
                break;
            case GoldSignalsTable.Name:
                OnGold(version, entry);
                break;
            case DeadLetterTable.Binance:
                HasLetters = true;
                break;
        }
    }

    private void OnBronze(long version, LogEntry entry)
    {
        Expect(version == _bronze.Count, $"Bronze version {version} landed after {_bronze.Count - 1}");
        string? batch = entry.Positions.Keys.SingleOrDefault(k => k.StartsWith(BatchPosition, StringComparison.Ordinal));
        Expect(batch is not null || !entry.ChangesData, $"Bronze version {version} changed rows, but nobody appended");
        _bronze.Add(batch is null ? [] : _batches[int.Parse(batch.AsSpan(BatchPosition.Length), CultureInfo.InvariantCulture)]);
    }

    private void OnSilver(long version, LogEntry entry)
    {
        Expect(version == _silver.Count, $"Silver version {version} landed after {_silver.Count - 1}");
        SilverVersion before = SilverAt(version - 1);
        long? position = entry.Positions.TryGetValue(SilverJob.Id, out long p) ? p : null;
        if (entry.RestoredVersion is { } restored)
        {
            SilverVersion target = SilverAt(restored);
            _silver.Add(target with { Position = position ?? before.Position, IsAnew = position < 0 });
            Expect(position == target.Position, $"RESTORE of Silver gave the position {position}, but the version that came back had {target.Position}");
        }
        else if (entry.Note?.StartsWith(EditNote, StringComparison.Ordinal) == true)
        {
            WasEdited = true;
            _silver.Add(before with { Rows = Edited(before.Rows, _edits[int.Parse(entry.Note.AsSpan(EditNote.Length), CultureInfo.InvariantCulture)]) });
        }
        else if (position == -1 && !entry.ChangesData)
        {
            _silver.Add(before with { Position = -1, IsAnew = true });
        }
        else if (position is { } to)
        {
            Expect(to > before.Position, $"Silver version {version} moved the position from {before.Position} to {to}: a zombie came through the fence");
            Expect(to <= BronzeVersion, $"Silver version {version} stands at Bronze version {to}, which does not exist");
            _silver.Add(new SilverVersion(Folded(before.IsAnew ? SilverAt(-1).Rows : before.Rows, _bronze.Skip((int)before.Position + 1).Take((int)(to - before.Position)).SelectMany(r => r)), to));
        }
        else
        {
            Expect(!entry.ChangesData, $"Silver version {version} changed rows without a position");
            _silver.Add(before);
        }
    }

    private void OnGold(long version, LogEntry entry)
    {
        Expect(version == _gold.Count, $"Gold version {version} landed after {_gold.Count - 1}");
        GoldPositions before = _gold.Count == 0 ? new GoldPositions(-1, -1, 0) : _gold[^1];
        var after = new GoldPositions(
            entry.Positions.GetValueOrDefault(GoldJob.ChartsPosition, before.Charts),
            entry.Positions.GetValueOrDefault(GoldJob.IndexPosition, before.Index),
            entry.Positions.GetValueOrDefault(GoldJob.ConfigPosition, before.Config));
        Expect(entry.RestoredVersion is not null || after.Charts >= before.Charts, $"Gold version {version} moved from Silver version {before.Charts} back to {after.Charts}");
        Expect(after.Charts <= SilverNewest, $"Gold version {version} stands at Silver version {after.Charts}, which does not exist");
        Expect(entry.Positions.Count > 0 || !entry.ChangesData, $"Gold version {version} changed rows without positions");
        _gold.Add(after);
    }

    private void OnIndex(LogEntry entry)
    {
        ImmutableSortedDictionary<UnixMicros, FearGreedPoint> points = _index.Count == 0 ? ImmutableSortedDictionary<UnixMicros, FearGreedPoint>.Empty : _index[^1];
        if (entry.Note?.StartsWith(IndexNote, StringComparison.Ordinal) == true)
        {
            (UnixMicros time, FearGreedPoint? point) = _indexChanges[int.Parse(entry.Note.AsSpan(IndexNote.Length), CultureInfo.InvariantCulture)];
            points = point is null ? points.Remove(time) : points.SetItem(time, point);
        }

        _index.Add(points);
    }

    private void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            stage.Fail(otherwise);
        }
    }

    private static ImmutableDictionary<CandleKey, SilverCandle> Edited(ImmutableDictionary<CandleKey, SilverCandle> rows, SilverEdit edit)
    {
        foreach (SilverCandle row in rows.Values.Where(r => edit.Reaches(r.Key)).ToList())
        {
            rows = rows.Remove(row.Key);
            rows = edit.Apply(row) is { } after ? rows.SetItem(after.Key, after) : rows;
        }

        return rows;
    }

    /// <summary>INV-3 in its plainest form: of all rows that pass, the greatest of each key.</summary>
    public static ImmutableDictionary<CandleKey, SilverCandle> Folded(ImmutableDictionary<CandleKey, SilverCandle> rows, IEnumerable<BronzeRow> bronze)
    {
        ImmutableDictionary<CandleKey, SilverCandle>.Builder next = rows.ToBuilder();
        foreach (SilverCandle row in bronze.Select(r => r.Passing).OfType<SilverCandle>())
        {
            if (!next.TryGetValue(row.Key, out SilverCandle? there) || NaiveOrder.IsGreater(row, there))
            {
                next[row.Key] = row;
            }
        }

        return next.ToImmutable();
    }

    private static LogEntry Read(byte[] bytes)
    {
        string? note = null, tableId = null;
        long? restored = null;
        Dictionary<string, long> positions = [];
        bool changes = false;
        foreach (string line in Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using JsonDocument action = JsonDocument.Parse(line);
            JsonProperty only = action.RootElement.EnumerateObject().First();
            switch (only.Name)
            {
                case "commitInfo":
                    note = only.Value.TryGetProperty("userMetadata", out JsonElement metadata) ? metadata.GetString() : null;
                    restored = only.Value.GetProperty("operation").GetString() == "RESTORE" ? long.Parse(only.Value.GetProperty("operationParameters").GetProperty("version").GetString()!, CultureInfo.InvariantCulture) : null;
                    break;
                case "metaData":
                    tableId = only.Value.GetProperty("id").GetString();
                    break;
                case "txn":
                    positions[only.Value.GetProperty("appId").GetString()!] = only.Value.GetProperty("version").GetInt64();
                    break;
                case "add" or "remove":
                    changes |= only.Value.GetProperty("dataChange").GetBoolean();
                    break;
            }
        }

        return new LogEntry(note, restored, positions, changes, tableId);
    }
}
