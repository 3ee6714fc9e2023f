using Apache.Arrow;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Lake.Silver;

/// <summary><c>silver_charts</c>: one row per candle, the greatest by INV-3 of all that passed the rules.</summary>
public sealed class SilverChartsTable(DeltaTable table)
{
    public const string Name = "silver_charts";

    /// <summary>The typed form of <c>unique_key</c>: its ranges in the statistics prune files better than the text's.</summary>
    private static readonly string[] s_key = ["symbol", "interval", "open_time"];

    private static readonly TableShape<SilverCandle> s_shape = new TableShape<SilverCandle>()
        .Text("symbol", r => r.Symbol.Code)
        .Text("interval", r => r.Interval.Code)
        .Time("open_time", r => r.Candle.OpenTime)
        .Number("open", r => r.Candle.Open)
        .Number("high", r => r.Candle.High)
        .Number("low", r => r.Candle.Low)
        .Number("close", r => r.Candle.Close)
        .Number("volume", r => r.Candle.Volume)
        .Time("close_time", r => r.Candle.CloseTime)
        .NullableNumber("quote_volume", r => r.Candle.QuoteVolume)
        .NullableLong("trades", r => r.Candle.Trades)
        .NullableNumber("taker_buy_base", r => r.Candle.TakerBuyBase)
        .NullableNumber("taker_buy_quote", r => r.Candle.TakerBuyQuote)
        .Text("unique_key", r => r.Key.UniqueKey)
        .Time("event_time", r => r.Candle.OpenTime)
        .Time("ingest_time", r => r.IngestTime)
        .Text("source", r => r.Source)
        .Date("dt", r => r.Candle.OpenTime.Day);

    private static readonly TableShape<CandleKey> s_keyShape = new TableShape<CandleKey>()
        .Text("symbol", k => k.Symbol.Code)
        .Text("interval", k => k.Interval.Code)
        .Time("open_time", k => k.OpenTime);

    private static readonly string[] s_candleColumns =
    [
        "symbol", "interval", "open_time", "open", "high", "low", "close", "volume", "close_time",
        "quote_volume", "trades", "taker_buy_base", "taker_buy_quote", "ingest_time", "source",
    ];

    public static TableDefinition Definition { get; } = new(s_shape.Schema)
    {
        PartitionColumns = ["dt"],
        Properties = new Dictionary<string, string>
        {
            ["delta.enableDeletionVectors"] = "true",
            ["delta.enableChangeDataFeed"] = "true",
            ["delta.checkpointInterval"] = "100",
            ["delta.logRetentionDuration"] = "interval 1 day",
            ["delta.deletedFileRetentionDuration"] = "interval 1 day", // every upsert leaves tombstones, and every checkpoint rewrites those within retention
        },
        Encodings = new[] { "open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume", "taker_buy_base", "taker_buy_quote", "unique_key", "event_time" }
            .ToDictionary(c => c, _ => ColumnEncoding.Plain),
    };

    public DeltaTable Table { get; } = table;

    /// <summary>Opens the table as it is, columns that an operator added included, or makes it.</summary>
    public static async Task<SilverChartsTable> OpenOrCreateAsync(IObjectStore store, DeltaTableOptions options, CancellationToken ct = default)
    {
        options = options with { Encodings = Definition.Encodings };
        DeltaTable table;
        try
        {
            table = await DeltaTable.OpenAsync(store, options, ct).ConfigureAwait(false);
        }
        catch (TableNotFoundException)
        {
            return new SilverChartsTable(await DeltaTable.OpenOrCreateAsync(store, Definition, options, ct).ConfigureAwait(false));
        }

        string[] own = [.. table.Snapshot.Schema.Fields.Where(f => s_shape.Schema.Find(f.Name) is not null).Select(Shown)];
        return own.SequenceEqual(s_shape.Schema.Fields.Select(Shown)) && table.Snapshot.Metadata.PartitionColumns.SequenceEqual(Definition.PartitionColumns)
            ? new SilverChartsTable(table)
            : throw new DeltaException($"The table {Name} at {store.Root} lacks columns of this program, or has them with other types or in another order: {string.Join(", ", own)}. It was made by something else; use another lake.");
    }

    /// <summary>The columns that an operator added, in the table's order.</summary>
    public static IReadOnlyList<ExtraColumn> ExtrasOf(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return [.. snapshot.Schema.Fields.Where(f => s_shape.Schema.Find(f.Name) is null && f.Nullable && ExtraColumn.IsCarried(f.Type)).Select(f => new ExtraColumn(f.Name, f.Type))];
    }

    /// <summary>True if the column is one of the program's own, which nobody can add.</summary>
    public static bool IsOwnColumn(string name) => s_shape.Schema.Find(name) is not null;

    /// <summary>Adds columns before <c>dt</c>; rows that are there have null in them.</summary>
    public Task<CommitOutcome> AddColumnsAsync(IReadOnlyList<ExtraColumn> columns, CancellationToken ct = default) =>
        Table.AlterAsync(new TableAlteration { AddColumns = [.. columns.Select(c => new StructField(c.Name, c.Type))], AddBefore = "dt" }, null, ct);

    /// <summary>Commits new rows (keys proven absent) and replacing rows with the job's position, fenced on the version that the plan read.</summary>
    public Task<CommitOutcome> CommitAsync(
        IReadOnlyList<SilverCandle> inserts, IReadOnlyList<SilverCandle> replacements, AppTransaction position, long baseVersion, CancellationToken ct = default) =>
        CommitAsync(new SilverChange(inserts, replacements, []), [position], baseVersion, ct);

    /// <summary>Commits rows, deletes and positions, fenced on the version that the plan read.</summary>
    public Task<CommitOutcome> CommitAsync(SilverChange change, IReadOnlyList<AppTransaction> positions, long baseVersion, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        var spec = new CommitSpec(change.Replacements.Count + change.Deletes.Count == 0 ? "STREAMING UPDATE" : "MERGE") { Transactions = positions, Fence = new Fence(baseVersion) };
        if (change.RowCount == 0)
        {
            return Table.CommitTransactionsAsync(spec, ct);
        }

        IReadOnlyList<ExtraColumn> extras = ExtrasOf(Table.Snapshot);
        var changes = new RowChanges(s_key)
        {
            Inserts = Batches(change.Inserts, extras),
            Upserts = Batches(change.Replacements, extras),
            Deletes = change.Deletes.Count == 0 ? [] : [s_keyShape.ToBatch(change.Deletes)],
        };
        return Table.UpsertAsync(changes, spec, ct);
    }

    /// <summary>The rows of a snapshot with every column, added ones too.</summary>
    public IAsyncEnumerable<IReadOnlyList<SilverCandle>> RowsAsync(Snapshot snapshot, Predicate? predicate = null, CancellationToken ct = default)
    {
        IReadOnlyList<ExtraColumn> extras = ExtrasOf(snapshot);
        return CandlesAsync(Table.ReadAsync(snapshot, [.. s_candleColumns, .. extras.Select(e => e.Name)], predicate, ct), extras);
    }

    /// <summary>The candles of a snapshot, all or those that a predicate admits.</summary>
    public IAsyncEnumerable<IReadOnlyList<SilverCandle>> ReadAsync(Snapshot snapshot, Predicate? predicate = null, CancellationToken ct = default) =>
        CandlesAsync(Table.ReadAsync(snapshot, s_candleColumns, predicate, ct), []);

    /// <summary>The candles of files that versions added.</summary>
    public IAsyncEnumerable<IReadOnlyList<SilverCandle>> ReadFilesAsync(IEnumerable<AddFile> files, CancellationToken ct = default) =>
        CandlesAsync(Table.ReadFilesAsync(Table.Snapshot, files, s_candleColumns, null, ct), []);

    /// <summary>The candles of files of a snapshot, with the deletion vectors that it gives them.</summary>
    public IAsyncEnumerable<IReadOnlyList<SilverCandle>> ReadFilesAsync(Snapshot snapshot, IEnumerable<AddFile> files, CancellationToken ct = default) =>
        CandlesAsync(Table.ReadFilesAsync(snapshot, files, s_candleColumns, null, ct), []);

    /// <summary>The keys of a snapshot, column-wise cheap: three columns are read.</summary>
    public IAsyncEnumerable<IReadOnlyList<CandleKey>> KeysAsync(Snapshot snapshot, CancellationToken ct = default) => KeysAsync(snapshot, null, ct);

    /// <summary>The keys of those rows of a snapshot that a predicate admits.</summary>
    public async IAsyncEnumerable<IReadOnlyList<CandleKey>> KeysAsync(
        Snapshot snapshot, Predicate? predicate, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct = default)
    {
        await foreach (RecordBatch batch in Table.ReadAsync(snapshot, s_key, predicate, ct).ConfigureAwait(false))
        {
            using (batch)
            {
                yield return Keys(batch);
            }
        }
    }

    /// <summary>The row changes of versions in (fromExclusive, toInclusive], in order.</summary>
    public async IAsyncEnumerable<(long Version, ChangeKind Kind, IReadOnlyList<SilverCandle> Rows)> ChangesAsync(
        long fromExclusive, long toInclusive, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct = default)
    {
        await foreach (ChangeBatch change in Table.ReadChangesAsync(fromExclusive, toInclusive, s_candleColumns, ct).ConfigureAwait(false))
        {
            using (change.Rows)
            {
                yield return (change.Version, change.Kind, Candles(change.Rows, []));
            }
        }
    }

    private static RecordBatch[] Batches(IReadOnlyList<SilverCandle> rows, IReadOnlyList<ExtraColumn> extras) =>
        rows.Count == 0 ? [] : [ExtraColumns.With(s_shape.ToBatch(rows), extras, rows)];

    private static string Shown(StructField f) => $"{f.Name} {f.Type}{(f.Nullable ? "" : " NOT NULL")}";

    private static async IAsyncEnumerable<IReadOnlyList<SilverCandle>> CandlesAsync(IAsyncEnumerable<RecordBatch> batches, IReadOnlyList<ExtraColumn> extras)
    {
        await foreach (RecordBatch batch in batches.ConfigureAwait(false))
        {
            using (batch)
            {
                yield return Candles(batch, extras);
            }
        }
    }

    private static List<CandleKey> Keys(RecordBatch batch)
    {
        var reader = new RowReader(batch);
        var labels = new KnownLabels();
        Func<int, string?> symbol = reader.Label("symbol"), interval = reader.Label("interval");
        Func<int, UnixMicros?> openTime = reader.Time("open_time");
        var keys = new List<CandleKey>(reader.Count);
        for (int i = 0; i < reader.Count; i++)
        {
            (Symbol s, Interval v) = Series(labels, symbol(i), interval(i));
            keys.Add(new CandleKey(s, v, openTime(i)!.Value));
        }

        return keys;
    }

    private static List<SilverCandle> Candles(RecordBatch batch, IReadOnlyList<ExtraColumn> extras)
    {
        var reader = new RowReader(batch);
        var labels = new KnownLabels();
        Func<int, string?> symbol = reader.Label("symbol"), interval = reader.Label("interval"), source = reader.Label("source");
        Func<int, UnixMicros?> openTime = reader.Time("open_time"), closeTime = reader.Time("close_time"), ingestTime = reader.Time("ingest_time");
        Func<int, double?> open = reader.Number("open"), high = reader.Number("high"), low = reader.Number("low"), close = reader.Number("close");
        Func<int, double?> volume = reader.Number("volume"), quote = reader.Number("quote_volume");
        Func<int, double?> takerBase = reader.Number("taker_buy_base"), takerQuote = reader.Number("taker_buy_quote");
        Func<int, long?> trades = reader.Long("trades");
        Func<int, ExtraValues> extra = ExtraColumns.Reader(reader, extras);
        var rows = new List<SilverCandle>(reader.Count);
        for (int i = 0; i < reader.Count; i++)
        {
            (Symbol s, Interval v) = Series(labels, symbol(i), interval(i));
            var candle = new Candle(
                openTime(i)!.Value, open(i)!.Value, high(i)!.Value, low(i)!.Value, close(i)!.Value, volume(i)!.Value, closeTime(i)!.Value,
                quote(i), trades(i), takerBase(i), takerQuote(i));
            rows.Add(new SilverCandle(s, v, candle, ingestTime(i)!.Value, source(i)!) { Extra = extra(i) });
        }

        return rows;
    }

    private static (Symbol Symbol, Interval Interval) Series(KnownLabels labels, string? symbol, string? interval) =>
        labels.TrySymbol(symbol, out Symbol s) && labels.TryInterval(interval, out Interval? v)
            ? (s, v)
            : throw new InvalidDataException($"{Name} holds a row whose symbol or interval is none: another writer changed the table. Restore it to the version before, see DESCRIBE HISTORY {Name}.");
}
