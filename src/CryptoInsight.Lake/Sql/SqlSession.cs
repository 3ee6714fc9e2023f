using System.Text.Json;
using Apache.Arrow.Ipc;
using CryptoInsight.Delta;
using DuckDB.NET.Data;

namespace CryptoInsight.Lake.Sql;

/// <summary>Answers SQL over one lake: DuckDB reads the live files of the tables' snapshots, and nothing else. One statement at a time.</summary>
/// <remarks>A statement goes through three steps: it is read (time travel and the lake's own statements), it passes the gate (one SELECT over tables of the lake), and the tables that it
/// names are refreshed and handed to DuckDB as views of their files. The database lives in memory and is thrown away with the session.</remarks>
public sealed class SqlSession : IAsyncDisposable
{
    private const int NestingMax = 1500;
    private const int ShortText = 8_192;

    private readonly LakeLocation _lake;
    private readonly SqlSessionOptions _options;
    private readonly SqlNames _names;
    private readonly StatementReader _reader;
    private readonly LakeCatalog _catalog;
    private readonly DuckDBConnection _connection;
    private readonly SnapshotMounts _mounts;
    private IDisposable? _running;

    private SqlSession(LakeLocation lake, SqlSessionOptions options, LakeCatalog catalog, DuckDBConnection connection)
    {
        _lake = lake;
        _options = options;
        _catalog = catalog;
        _connection = connection;
        _names = new SqlNames(lake);
        _reader = new StatementReader(lake);
        _mounts = new SnapshotMounts(lake, catalog, connection, options.Clock, ReadViewAsync);
    }

    /// <summary>Opens a session on a lake that lies in a local folder.</summary>
    public static SqlSession Open(LakeLocation lake, SqlSessionOptions? options = null, DeltaTableOptions? tableOptions = null)
    {
        ArgumentNullException.ThrowIfNull(lake);
        return Open(lake, new LakeCatalog(lake, tableOptions), options);
    }

    /// <summary>Opens a session whose tables another session may have opened already: the next one then starts fast. One of them may run at a time.</summary>
    public static SqlSession Open(LakeLocation lake, LakeCatalog catalog, SqlSessionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(lake);
        ArgumentNullException.ThrowIfNull(catalog);
        options ??= new SqlSessionOptions();
        return new SqlSession(lake, options, catalog, DuckDbSandbox.Open(lake, options));
    }

    /// <summary>True for a DROP TABLE, whatever it names: a prompt asks before it runs one.</summary>
    public static bool IsDropTable(string statement) => SqlScript.Read(statement) is var tokens && tokens.IsWord(0, "DROP") && tokens.IsWord(1, "TABLE");

    /// <summary>Names for completion: tables and views.</summary>
    public Task<IReadOnlyList<string>> NamesAsync(CancellationToken ct = default) => _catalog.NamesAsync(ct);

    /// <summary>What readers must know beside the rows: tables that could not be read at their newest version.</summary>
    public IEnumerable<string> Warnings() => _catalog.Warnings();

    /// <summary>Runs one statement; its result is to be disposed before the next.</summary>
    /// <exception cref="SqlException">The statement is wrong, refused, or fails; the message says what to do.</exception>
    public async Task<SqlResult> ExecuteAsync(string statement, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(statement);
        await CloseRunningAsync().ConfigureAwait(false);
        return _reader.Read(statement) switch
        {
            SqlStatement.Query query => await QueryAsync(query, ct).ConfigureAwait(false),
            SqlStatement.DescribeDetail detail => LakeAnswers.Detail(await _catalog.OpenAsync(detail.Table, ct).ConfigureAwait(false), $"{_lake.Catalog}.{_lake.Schema}.{detail.Table}"),
            SqlStatement.DescribeHistory history => LakeAnswers.History(await _catalog.OpenAsync(history.Table, ct).ConfigureAwait(false), history.Limit),
            SqlStatement.ShowTables => LakeAnswers.Tables(_lake.Schema, await NamesAsync(ct).ConfigureAwait(false)),
            SqlStatement.ShowViews => LakeAnswers.Tables(_lake.Schema, await _catalog.ViewNamesAsync(ct).ConfigureAwait(false)),
            SqlStatement.Change change => await ChangeAsync(change.What, ct).ConfigureAwait(false),
            SqlStatement.AlreadySo already => SqlResult.Of(["status"], [already.Answer]),
            _ => throw new InvalidOperationException("The union is closed."),
        };
    }

    public async ValueTask DisposeAsync()
    {
        await CloseRunningAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Checks that a query could be a view of this name: it passes the gate, everything that it names is there, and it does not read itself.</summary>
    internal async Task CheckViewAsync(StoredView view, CancellationToken ct)
    {
        try
        {
            await _mounts.MountAsync(view, ct).ConfigureAwait(false);
        }
        catch (DuckDBException failed)
        {
            throw Explained(failed);
        }
    }

    private async Task<SqlResult> ChangeAsync(LakeChange change, CancellationToken ct)
    {
        if (_options.OnChange is not { } run)
        {
            throw new SqlException($"{change.GetType().Name.ToUpperInvariant()} is refused: SQL here reads the lake and changes nothing. The command line can: cryptoinsight sql \"…\".");
        }

        ChangeAnswer answer = await run(change, ct).ConfigureAwait(false);
        return SqlResult.Of(answer.Columns, [.. answer.Rows]);
    }

    /// <summary>A stored view's query through the same gate as any other.</summary>
    private async Task<StoredQuery> ReadViewAsync(StoredView view, CancellationToken ct)
    {
        try
        {
            if (_reader.Read(view.Query) is not SqlStatement.Query query)
            {
                throw new SqlException("A view is made of a SELECT.");
            }

            using JsonDocument tree = await TreeAsync(query.Text, ct).ConfigureAwait(false);
            IReadOnlyList<TableReference> references = await PassAsync(tree, query, ct).ConfigureAwait(false);
            return new StoredQuery(query, [.. references.Select(r => r with { Select = r.Select?.Clone() })]);
        }
        catch (SqlException wrong)
        {
            throw new SqlException($"The view {view.Name}: {wrong.Message}", wrong);
        }
    }

    private async Task<SqlResult> QueryAsync(SqlStatement.Query query, CancellationToken ct)
    {
        using JsonDocument tree = await TreeAsync(query.Text, ct).ConfigureAwait(false);
        IReadOnlyList<TableReference> references = await PassAsync(tree, query, ct).ConfigureAwait(false);
        DuckDBCommand command = _connection.CreateCommand();
        try
        {
            await _mounts.MountAsync(references, query.StandIns, ct).ConfigureAwait(false);
#pragma warning disable CA2100 // The text has passed the gate.
            command.CommandText = query.Text;
#pragma warning restore CA2100
            command.UseStreamingMode = true;
            IArrowArrayStream rows = await RunAsync(command, ct).ConfigureAwait(false);
            _running = new Running(rows, command);
            return new SqlResult([.. rows.Schema.FieldsList.Select(f => f.Name)], DuckDbRows.ReadAsync(command, rows, Explained, ct), CloseRunningAsync);
        }
        catch (DuckDBException failed)
        {
            await command.DisposeAsync().ConfigureAwait(false);
            throw Explained(failed);
        }
        catch (DeltaException wrong)
        {
            await command.DisposeAsync().ConfigureAwait(false);
            throw new SqlException(wrong.Message, wrong);
        }
        catch
        {
            await command.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>DuckDB's own syntax tree of the text.</summary>
    private async Task<JsonDocument> TreeAsync(string text, CancellationToken ct)
    {
        await using DuckDBCommand command = _connection.CreateCommand();
        command.CommandText = "SELECT json_serialize_sql(CAST($1 AS VARCHAR))";
        command.Parameters.Add(new DuckDBParameter(text));
        try
        {
            // A parse takes a fraction of a millisecond: for a text of usual length, changing threads would cost more.
            string json = text.Length <= ShortText ? (string)command.ExecuteScalar()! : await Task.Run(() => (string)command.ExecuteScalar()!, ct).ConfigureAwait(false);
            return JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = NestingMax });
        }
        catch (JsonException tooDeep)
        {
            throw new SqlException("The statement is nested too deeply to be checked; write it with WITH queries instead.", tooDeep);
        }
        catch (DuckDBException failed)
        {
            throw Explained(failed);
        }
    }

    private async Task<IReadOnlyList<TableReference>> PassAsync(JsonDocument tree, SqlStatement.Query query, CancellationToken ct)
    {
        // Most statements name tables that are open already: then the lake's folder is not listed.
        bool areOpen = true;
        try
        {
            IReadOnlyList<TableReference> references = Pass(tree, query, name => _catalog.IsOpen(name) || (areOpen = false));
            if (areOpen)
            {
                return references;
            }
        }
        catch (QueryGate.UnknownTableException)
        {
            // Perhaps it is there, and only not open yet.
        }

        IReadOnlyList<string> known = await NamesAsync(ct).ConfigureAwait(false);
        try
        {
            return Pass(tree, query, known.Contains);
        }
        catch (QueryGate.UnknownTableException unknown)
        {
            throw new SqlException($"There is no table or view {unknown.Message} here. {await _catalog.KnownAsync(ct).ConfigureAwait(false)}", unknown);
        }
    }

    private IReadOnlyList<TableReference> Pass(JsonDocument tree, SqlStatement.Query query, Func<string, bool> isOfTheLake) =>
        QueryGate.Pass(tree.RootElement, SqlTokens.Of(query.Text), _names, isOfTheLake, query.StandIns);

    private static async Task<IArrowArrayStream> RunAsync(DuckDBCommand command, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        await using CancellationTokenRegistration stop = ct.Register(command.Cancel);
        return await Task.Run(command.ExecuteArrowStream, CancellationToken.None).ConfigureAwait(false);
    }

    private ValueTask CloseRunningAsync()
    {
        _running?.Dispose();
        _running = null;
        return ValueTask.CompletedTask;
    }

    private SqlException Explained(DuckDBException failed)
    {
        string message = DuckDbMessage.Plain(failed.Message);
        if (failed.Message.StartsWith("IO Error", StringComparison.Ordinal))
        {
            message = "A data file of a table that the statement reads is gone or cannot be read: VACUUM may have removed the files of an old version, or a disk lost them. `verify` tells which.";
        }
        else if (failed.Message.StartsWith("Out of Memory Error", StringComparison.Ordinal))
        {
            message = $"The statement needs more memory than the {_options.MemoryBytesMax >> 20} MiB that a session may use: read fewer columns or rows, or aggregate before sorting.";
        }

        return new SqlException(message, failed);
    }

    private sealed class Running(IArrowArrayStream rows, DuckDBCommand command) : IDisposable
    {
        public void Dispose()
        {
            rows.Dispose();
            command.Dispose();
        }
    }
}
