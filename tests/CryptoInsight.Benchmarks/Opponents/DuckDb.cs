using System.Globalization;
using DuckDB.NET.Data;

namespace CryptoInsight.Benchmarks.Opponents;

/// <summary>DuckDB in this process, in memory, with its own defaults: as many threads as there are cores.</summary>
internal sealed class DuckDb : IDisposable
{
    private readonly DuckDBConnection _connection;

    /// <param name="spillFolder">Where it may put what does not fit into memory.</param>
    public DuckDb(string spillFolder)
    {
        _connection = new DuckDBConnection("DataSource=:memory:");
        _connection.Open();
        Run($"SET temp_directory = '{spillFolder}'");
        Run("SET enable_progress_bar = false");
        Run("SET TimeZone = 'UTC'");
        Run("SET preserve_insertion_order = false"); // in its favour: writers need not wait for each other
    }

    public void Run(string sql)
    {
        using DuckDBCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>The first column of the first row.</summary>
    public object? Scalar(string sql)
    {
        using DuckDBCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    public long Count(string sql) => Convert.ToInt64(Scalar(sql), CultureInfo.InvariantCulture);

    public void Dispose() => _connection.Dispose();
}
