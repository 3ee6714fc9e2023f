using CryptoInsight.Engine.Options;
using Npgsql;

namespace CryptoInsight.Engine.Tests.Symbols;

/// <summary>The same node with its snapshots in PostgreSQL, a real server: there, emptied, without its table, stopped while the node runs, and gone; Gold is the same.</summary>
public sealed class PostgresSnapshotSpecs : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cryptoinsight-postgres-lake-").FullName;

    [SkippableFact]
    public async Task Gold_is_the_same_with_postgresql_there_emptied_stopped_or_gone()
    {
        Skip.If(PostgresServer.Binaries is null, "PostgreSQL is not installed here (Debian: apt-get install postgresql).");
        await using PostgresServer server = await PostgresServer.StartAsync();
        var node = new SnapshotNode(_folder, new SnapshotOptions(SnapshotStore.PostgreSql, server.ConnectionString, EveryVersions: 2));
        await node.RunAsync();
        await node.RunAsync();
        Assert.Equal(3L, await ScalarAsync(server, "SELECT COUNT(*) FROM snapshot")); // two symbols and the horizon, each once
        Assert.False(Directory.Exists(Path.Combine(_folder, ".cryptoinsight")), "a snapshot file was made beside the lake though the snapshots are in PostgreSQL");
        await node.RunAsync();

        await ScalarAsync(server, "DELETE FROM snapshot");
        await node.RunAsync();
        Assert.Equal(3L, await ScalarAsync(server, "SELECT COUNT(*) FROM snapshot"));

        await ScalarAsync(server, "DROP TABLE snapshot");
        await node.RunAsync();

        await node.RunAsync(server.StopAsync);
        await node.RunAsync();

        await server.StartAgainAsync();
        await node.RunAsync();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<object?> ScalarAsync(PostgresServer server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
#pragma warning disable CA2100 // constants of this file
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }
}
