using System.Data.Common;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Persistence.Sql;
using Akka.Persistence.Sql.Config;
using CryptoInsight.Engine.Options;
using LinqToDB;
using LinqToDB.Interceptors;
using Microsoft.Data.Sqlite;

namespace CryptoInsight.Engine.Symbols;

/// <summary>Where the snapshot store of an actor system lies: a SQLite file beside the lake, or PostgreSQL.</summary>
/// <remarks>It holds nothing that the lake does not: it may be deleted, emptied or damaged at any time.</remarks>
public sealed record SnapshotDatabase(string ProviderName, string ConnectionString, string? SqliteFile)
{
    private const string Sqlite = "SQLite.MS";
    private const string PostgreSql = "PostgreSQL.15";

    /// <summary>What the settings ask for; null: no snapshots.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="lakeRoot">The lake's folder; a lake elsewhere has no place for a file.</param>
    public static SnapshotDatabase? Of(SnapshotOptions options, string lakeRoot)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Store == SnapshotStore.PostgreSql)
        {
            return new SnapshotDatabase(PostgreSql, options.Connection, null);
        }

        if (options.Store == SnapshotStore.Off || (options.Connection == SnapshotOptions.Auto && !Directory.Exists(lakeRoot)))
        {
            return null;
        }

        string file = options.Connection == SnapshotOptions.Auto ? Path.Combine(lakeRoot, ".cryptoinsight", "snapshots.db") : options.Connection;
        return new SnapshotDatabase(Sqlite, new SqliteConnectionStringBuilder { DataSource = file }.ToString(), file);
    }

    /// <summary>The store's part of an actor system's configuration.</summary>
    public static Config Config { get; } = ConfigurationFactory.ParseString(
        """akka.persistence.snapshot-store { plugin = "akka.persistence.snapshot-store.sql", sql { auto-initialize = on } }""").WithFallback(SqlPersistence.DefaultConfiguration);

    /// <summary>How the store connects.</summary>
    public Setup Setup()
    {
        DataOptions options = new DataOptions().UseConnectionString(ProviderName, ConnectionString);
        return new DataOptionsSetup(SqliteFile is null ? options : options.UseInterceptor(new Pragmas()));
    }

    /// <summary>Makes the file usable: one that is no intact database is deleted, since it is only a cache. Returns what was wrong, or null.</summary>
    public string? Prepare()
    {
        if (SqliteFile is null)
        {
            return null;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(SqliteFile))!);
        try
        {
            Check();
            return null;
        }
        catch (SqliteException damaged) when (damaged.SqliteErrorCode is 11 or 26) // SQLITE_CORRUPT, SQLITE_NOTADB
        {
            SqliteConnection.ClearAllPools();
            foreach (string file in (string[])[SqliteFile, SqliteFile + "-wal", SqliteFile + "-shm"])
            {
                File.Delete(file);
            }

            Check();
            return $"The snapshots at {SqliteFile} were damaged and are made anew from the tables.";
        }
    }

    private void Check()
    {
        using var connection = new SqliteConnection(ConnectionString);
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=WAL; PRAGMA quick_check(1);";
        using SqliteDataReader reader = command.ExecuteReader();
        reader.NextResult();
        if (reader.Read() && reader.GetString(0) != "ok")
        {
            throw new SqliteException("The file is damaged.", 11);
        }
    }

    /// <summary>SQLite's setting is per connection and defaults to a sync per commit: a cache need not survive a power cut.</summary>
    private sealed class Pragmas : ConnectionInterceptor
    {
        public override void ConnectionOpened(ConnectionEventData eventData, DbConnection connection) => Run(connection);

        public override Task ConnectionOpenedAsync(ConnectionEventData eventData, DbConnection connection, CancellationToken cancellationToken)
        {
            Run(connection); // no I/O: it sets a flag of the connection
            return Task.CompletedTask;
        }

        private static void Run(DbConnection connection)
        {
            using DbCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA synchronous=OFF;";
            command.ExecuteNonQuery();
        }
    }
}
