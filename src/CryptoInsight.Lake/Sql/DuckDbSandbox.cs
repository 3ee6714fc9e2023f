using System.Globalization;
using DuckDB.NET.Data;

namespace CryptoInsight.Lake.Sql;

/// <summary>Opens a DuckDB that holds nothing, may read files below one folder only, and whose settings cannot be changed any more.</summary>
/// <remarks>This is the second wall: <see cref="QueryGate"/> is the first. Measured: DuckDB alone would still let COPY write below an allowed folder.</remarks>
internal static class DuckDbSandbox
{
    /// <summary>A database for one lake: names without a catalog or schema are the lake's.</summary>
    public static DuckDBConnection Open(LakeLocation lake, SqlSessionOptions options) => Open(
        lake.Root,
        options,
        [
            $"ATTACH ':memory:' AS {DuckDbText.Name(lake.Catalog)}",
            $"CREATE SCHEMA {DuckDbText.Name(lake.Catalog)}.{DuckDbText.Name(lake.Schema)}",
            $"USE {DuckDbText.Name(lake.Catalog)}.{DuckDbText.Name(lake.Schema)}",
        ]);

    /// <summary>A database that may read below a folder.</summary>
    public static DuckDBConnection Open(string folder, SqlSessionOptions options, IReadOnlyList<string> first)
    {
        var connection = new DuckDBConnection(string.Create(
            CultureInfo.InvariantCulture,
            $"DataSource=:memory:;memory_limit={options.MemoryBytesMax}B;threads={options.ThreadsMax};autoinstall_known_extensions=false;autoload_known_extensions=false"));
        try
        {
            connection.Open();
            foreach (string statement in first.Concat(Settings(folder)))
            {
                Run(connection, statement);
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public static void Run(DuckDBConnection connection, string statement)
    {
        using DuckDBCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text that comes here is made of checked names and quoted literals; users' statements pass the gate.
        command.CommandText = statement;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static string[] Settings(string folder) =>
    [
        "SET TimeZone = 'UTC'",
        "SET temp_directory = ''",
        "SET enable_progress_bar = false",
        "SET parquet_metadata_cache = true", // data files never change, so what a footer says is read once
        $"SET allowed_directories = [{DuckDbText.Literal(folder)}]",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ];
}
