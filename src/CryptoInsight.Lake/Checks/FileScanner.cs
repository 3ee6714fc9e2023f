using System.Globalization;
using System.Text;
using Apache.Arrow.Ipc;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Lake.Sql;
using DuckDB.NET.Data;

namespace CryptoInsight.Lake.Checks;

/// <summary>Counts rows and finds the least and greatest values of data files with DuckDB.</summary>
internal sealed class FileScanner : IAsyncDisposable
{
    private readonly DeltaTable _table;
    private readonly Snapshot _snapshot;
    private readonly DuckDBConnection _connection;
    private readonly IReadOnlyList<string> _physicalNames;

    private FileScanner(DeltaTable table, Snapshot snapshot, DuckDBConnection connection)
    {
        _table = table;
        _snapshot = snapshot;
        _connection = connection;
        ColumnMappingMode mapping = ColumnMapping.ModeOf(snapshot.Protocol, snapshot.Metadata);
        var partitions = new HashSet<string>(snapshot.Metadata.PartitionColumns, StringComparer.OrdinalIgnoreCase);
        Columns = [.. snapshot.Schema.Fields.Where(f => !partitions.Contains(f.Name) && f.Type is DecimalType or PrimitiveType { Name: not ("void" or "binary" or "variant") })];
        _physicalNames = [.. Columns.Select(c => ColumnMapping.PhysicalName(c, mapping))];
    }

    /// <summary>The columns that are looked at: those that can have statistics.</summary>
    public IReadOnlyList<StructField> Columns { get; }

    public static FileScanner Open(DeltaTable table, Snapshot snapshot) =>
        new(table, snapshot, DuckDbSandbox.Open(table.Store.Root.LocalPath, new SqlSessionOptions(), []));

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>The facts of files; <see cref="SqlException"/> if one of them cannot be read.</summary>
    public async Task<IReadOnlyList<FileFacts>> ScanAsync(IReadOnlyList<AddFile> files, CancellationToken ct)
    {
        var query = new SnapshotQuery(_snapshot, files, _table.Store.Root);
        Dictionary<string, AddFile> left = files.ToDictionary(query.PathOf, f => f, StringComparer.Ordinal);
        await FillDeletedAsync(files, query, ct).ConfigureAwait(false);
        var facts = new List<FileFacts>();
        try
        {
            await using DuckDBCommand command = _connection.CreateCommand();
#pragma warning disable CA2100 // Made of quoted names of the table's own files and columns.
            command.CommandText = Text(query, files);
#pragma warning restore CA2100
            using IArrowArrayStream rows = await Task.Run(command.ExecuteArrowStream, ct).ConfigureAwait(false);
            await foreach (IReadOnlyList<object?> row in DuckDbRows.ReadAsync(command, rows, Damaged, ct).ConfigureAwait(false))
            {
                left.Remove((string)row[0]!, out AddFile? file);
                facts.Add(new FileFacts(
                    file!, Count(row[1]), _physicalNames,
                    [.. Columns.Select((_, i) => row[2 + (3 * i)])], [.. Columns.Select((_, i) => row[3 + (3 * i)])], [.. Columns.Select((_, i) => Count(row[4 + (3 * i)]))]));
            }
        }
        catch (DuckDBException damaged)
        {
            throw Damaged(damaged);
        }

        object?[] nothing = new object?[Columns.Count];
        facts.AddRange(left.Values.Select(f => new FileFacts(f, 0, _physicalNames, nothing, nothing, new long[Columns.Count]))); // no rows, no group
        return facts;
    }

    private string Text(SnapshotQuery query, IReadOnlyList<AddFile> files)
    {
        var sql = new StringBuilder("SELECT r.filename, count(*)");
        foreach (StructField column in Columns)
        {
            string name = $"r.{DuckDbText.Name(column.Name)}";
            sql.Append(CultureInfo.InvariantCulture, $", min({name}) FILTER (WHERE d.row IS NULL), max({name}) FILTER (WHERE d.row IS NULL), count(*) - count({name})");
        }

        return sql.Append(" FROM ").Append(query.ReadParquet(files)).Append(" LEFT JOIN memory.main.deleted d ON d.file = r.filename AND d.row = r.file_row_number GROUP BY r.filename").ToString();
    }

    private async Task FillDeletedAsync(IReadOnlyList<AddFile> files, SnapshotQuery query, CancellationToken ct)
    {
        DuckDbSandbox.Run(_connection, "CREATE OR REPLACE TABLE memory.main.deleted (file VARCHAR, row BIGINT)");
        using DuckDBAppender rows = _connection.CreateAppender("memory", "main", "deleted");
        foreach (AddFile file in files.Where(f => f.DeletionVector is not null))
        {
            string path = query.PathOf(file);
            foreach (long row in (await _table.DeletedRowsAsync(file, ct).ConfigureAwait(false)).Rows)
            {
                rows.CreateRow().AppendValue(path).AppendValue(row).EndRow();
            }
        }
    }

    private static long Count(object? cell) => Convert.ToInt64(cell, CultureInfo.InvariantCulture);

    private static SqlException Damaged(DuckDBException failed) => new(DuckDbMessage.Plain(failed.Message), failed);
}
