using CryptoInsight.Engine.Options;
using Microsoft.Data.Sqlite;

namespace CryptoInsight.Engine.Tests.Symbols;

/// <summary>A node on a lake in a folder, with its snapshots in SQLite: there, gone, emptied and damaged, Gold is the same.</summary>
public sealed class SnapshotDatabaseSpecs : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cryptoinsight-snapshots-").FullName;
    private readonly SnapshotNode _node;

    public SnapshotDatabaseSpecs()
    {
        _node = new SnapshotNode(_folder, new SnapshotOptions(SnapshotStore.Sqlite, SnapshotOptions.Auto, EveryVersions: 2));
    }

    private string Database => Path.Combine(_folder, ".cryptoinsight", "snapshots.db");

    [Fact]
    public async Task Gold_is_the_same_with_the_database_there_gone_emptied_or_damaged()
    {
        await _node.RunAsync();
        await _node.RunAsync();
        Assert.InRange(Count("SELECT COUNT(*) FROM snapshot"), 3, 3); // two symbols and the horizon, each once
        Assert.Equal("wal", Text("PRAGMA journal_mode"));
        await _node.RunAsync();

        SqliteConnection.ClearAllPools();
        File.WriteAllBytes(Database, [.. "no database at all"u8]);
        await _node.RunAsync();
        Assert.InRange(Count("SELECT COUNT(*) FROM snapshot"), 3, 3);

        Text("DELETE FROM snapshot");
        await _node.RunAsync();

        Text("DROP TABLE snapshot");
        await _node.RunAsync();

        SqliteConnection.ClearAllPools();
        Directory.Delete(Path.GetDirectoryName(Database)!, recursive: true);
        await _node.RunAsync();
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private long Count(string sql) => long.Parse(Text(sql)!, System.Globalization.CultureInfo.InvariantCulture);

    private string? Text(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database}");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of this file
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar()?.ToString();
    }
}
