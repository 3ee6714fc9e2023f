using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CryptoInsight.Host.SqlWorkers;
using CryptoInsight.Lake.Tests;
using CryptoInsight.Lake.Tests.Sql;

namespace CryptoInsight.Host.Tests.SqlWorkers;

/// <summary>Real worker processes: what they answer, what ends them, and that the service goes on whatever they are asked.</summary>
public sealed class WorkerPoolSpecs : IAsyncLifetime
{
    private const string TwelvePowersOfTen = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range <> -1";

    private SampleLake _lake = null!;

    public async Task InitializeAsync() => _lake = await SampleLake.FilledAsync();

    public Task DisposeAsync() => _lake.DisposeAsync().AsTask();

    [Fact]
    public async Task Answer_has_columns_kinds_and_rows_and_a_wrong_statement_its_reason()
    {
        await using WorkerPool pool = Pool();

        JsonElement answer = await RowsAsync(pool, "SELECT symbol, open_time, close, taker_buy_quote, dt, is_null FROM (SELECT *, NULL AS is_null FROM silver_charts) WHERE symbol = 'ETHUSDT' ORDER BY open_time LIMIT 2;");

        Assert.Equal("symbol text,open_time time,close number,taker_buy_quote number,dt date,is_null none", string.Join(',', answer.GetProperty("columns").EnumerateArray().Select(c => $"{c.GetProperty("name")} {c.GetProperty("kind")}")));
        Assert.Equal("""["ETHUSDT","2025-01-01T00:00:00Z",10,null,"2025-01-01",null]""", answer.GetProperty("rows")[0].GetRawText());
        Assert.False(answer.GetProperty("truncated").GetBoolean());
        Assert.Contains("nope", Assert.IsType<WorkerAnswer.Refused>(await pool.AskAsync("SELECT nope FROM silver_charts", default)).Message, StringComparison.Ordinal);
        Assert.Contains("command line can", Assert.IsType<WorkerAnswer.Refused>(await pool.AskAsync("OPTIMIZE silver_charts", default)).Message, StringComparison.Ordinal);
        Assert.Single(pool.Pids); // one process did all of that
    }

    [Fact]
    public async Task Values_that_a_browser_would_change_come_as_texts()
    {
        await using WorkerPool pool = Pool();

        JsonElement row = (await RowsAsync(pool, "SELECT 9007199254740993, 2::HUGEINT ** 100, 'NaN'::DOUBLE, 0.1::DECIMAL(38,20), [1, NULL], {'a': 'x'}, 'a\nb<c>'::VARCHAR, '\\xAB'::BLOB, TIMESTAMP '2025-01-01 00:00:00.5', true, 1e300")).GetProperty("rows")[0];

        Assert.Equal("""["9007199254740993",1.2676506002282294E+30,"NaN","0.10000000000000000000","[1,null]","{\u0022a\u0022:\u0022x\u0022}","a\nb<c>","ab","2025-01-01T00:00:00.5",true,1E+300]""".Replace("\\u0022", "\\\"", StringComparison.Ordinal), row.GetRawText());
    }

    [SkippableFact]
    public async Task Walls_around_a_worker_hold()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "the walls are Linux's");
        await using WorkerPool pool = Pool();
        await RowsAsync(pool, "SELECT 1");

        Assert.Equal(new WorkerProtocol.WorkerWalls(Files: true, Network: true, Processes: true, Memory: true), pool.Walls);
        string status = await File.ReadAllTextAsync($"/proc/{pool.Pids.Single()}/status");
        Assert.Contains("NoNewPrivs:\t1", status, StringComparison.Ordinal);
        Assert.Contains("Seccomp:\t2", status, StringComparison.Ordinal);
        string environment = await File.ReadAllTextAsync($"/proc/{pool.Pids.Single()}/environ");
        Assert.DoesNotContain("CRYPTOINSIGHT", environment, StringComparison.Ordinal);
        Assert.DoesNotContain("HOME=", environment, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_is_cut_at_its_bounds_and_says_so()
    {
        await using WorkerPool pool = Pool(new WorkerLimits { RowsMax = 5, ResultBytesMax = 100_000 });

        JsonElement rows = await RowsAsync(pool, "SELECT * FROM range(1000000)"), bytes = await RowsAsync(pool, "SELECT repeat('x', 30000) AS x FROM range(5)"), text = await RowsAsync(pool, "SELECT repeat('x', 100000)");

        Assert.Equal((5, true), (rows.GetProperty("rows").GetArrayLength(), rows.GetProperty("truncated").GetBoolean()));
        Assert.Equal((4, true), (bytes.GetProperty("rows").GetArrayLength(), bytes.GetProperty("truncated").GetBoolean()));
        Assert.Equal((32_769, true), (text.GetProperty("rows")[0][0].GetString()!.Length, text.GetProperty("truncated").GetBoolean()));
    }

    [Fact]
    public async Task Statement_without_end_is_ended_and_the_next_one_finds_a_new_worker()
    {
        await using WorkerPool pool = Pool(new WorkerLimits { WallTimeMax = TimeSpan.FromSeconds(2) });
        await RowsAsync(pool, "SELECT 1");
        int first = pool.Pids.Single();

        var ended = Assert.IsType<WorkerAnswer.OverLimit>(await pool.AskAsync(TwelvePowersOfTen, default));

        Assert.Contains("longer than the 2 s", ended.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await RowsAsync(pool, "SELECT 1")).GetProperty("rows")[0][0].GetInt32());
        Assert.DoesNotContain(first, pool.Pids);
    }

    [Fact]
    public async Task Processor_time_is_counted_apart_from_waiting()
    {
        await using WorkerPool pool = Pool(new WorkerLimits { CpuTimeMax = TimeSpan.FromSeconds(1), WallTimeMax = TimeSpan.FromMinutes(5) });

        Assert.Contains("processor time", Assert.IsType<WorkerAnswer.OverLimit>(await pool.AskAsync(TwelvePowersOfTen, default)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Running_statement_stops_when_it_is_told_to_and_its_worker_lives()
    {
        await using WorkerPool pool = Pool();
        await RowsAsync(pool, "SELECT 1");
        int pid = pool.Pids.Single();
        using var stop = new CancellationTokenSource();
        Task<WorkerAnswer> running = pool.AskAsync(TwelvePowersOfTen, stop.Token);
        stop.CancelAfter(TimeSpan.FromMilliseconds(300));

        Assert.IsType<WorkerAnswer.Stopped>(await running);
        Assert.Equal(144, (await RowsAsync(pool, "SELECT count(close) FROM silver_charts")).GetProperty("rows")[0][0].GetInt32());
        Assert.Equal(pid, pool.Pids.Single());
    }

    [Theory]
    [InlineData("SELECT length(repeat('x', 4000000000))")]
    [InlineData("SELECT repeat(repeat('x', 100000000), 100)")]
    [InlineData("SELECT list(a.range || b.range) FROM range(100000) a, range(10000) b")]
    [InlineData("SELECT string_agg(repeat('x', 100000), '') FROM range(100000)")]
    [InlineData("SELECT * FROM range(100000000) a ORDER BY hash(range) DESC")]
    [InlineData("SELECT count(*) FROM (SELECT DISTINCT a.range, b.range FROM range(100000) a, range(100000) b)")]
    [InlineData("SELECT generate_series(1, 2000000000)")]
    [InlineData("SELECT range(0, 5000000000)")]
    [InlineData("SELECT lpad('x', 2147483647, 'y'), rpad('x', 2147483647, 'y')")]
    [InlineData("WITH RECURSIVE t(n, s) AS (SELECT 1, 'x' UNION ALL SELECT n + 1, s || s FROM t WHERE n < 60) SELECT max(length(s)) FROM t")]
    [InlineData("WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t")]
    [InlineData("SELECT sum(a.range) OVER (ORDER BY b.range ROWS UNBOUNDED PRECEDING) FROM range(100000) a, range(100000) b")]
    [InlineData("SELECT list_sort(list_transform(range(100000000), lambda x: hash(x)))")]
    [InlineData("SELECT array_to_string(range(300000000), ',')")]
    [InlineData("SELECT histogram(a.range * b.range) FROM range(30000) a, range(30000) b")]
    [InlineData("SELECT regexp_replace(repeat('a', 30000), '(a*)*b', '', 'g')")]
    [InlineData("SELECT a.range, list(b.range) FROM range(3000000) a, range(1000) b GROUP BY a.range")]
    [InlineData("PIVOT (SELECT range % 100000 AS k, range AS v FROM range(1000000)) ON k USING sum(v)")]
    [InlineData("SELECT * FROM silver_charts a, silver_charts b, silver_charts c, silver_charts d, silver_charts e, silver_charts f")]
    [InlineData("SELECT to_json(range(100000000))")]
    public async Task Bomb_ends_at_most_its_worker_and_the_service_lives(string bomb)
    {
        await using WorkerPool pool = Pool(new WorkerLimits { WallTimeMax = TimeSpan.FromSeconds(3), MemoryBytesMax = 512L << 20, Workers = 1 });
        long memory = Process.GetCurrentProcess().PrivateMemorySize64;

        WorkerAnswer answer = await pool.AskAsync(bomb, default);

        Assert.True(answer is WorkerAnswer.Rows or WorkerAnswer.Refused or WorkerAnswer.OverLimit, answer.ToString());
        Assert.Equal(144, (await RowsAsync(pool, "SELECT count(close) FROM silver_charts")).GetProperty("rows")[0][0].GetInt32());
        using var self = Process.GetCurrentProcess();
        Assert.True(self.PrivateMemorySize64 - memory < 256L << 20, "the bomb's memory is the node's");
    }

    [Fact]
    public async Task No_hostile_statement_gets_through_a_worker_or_ends_it()
    {
        await using WorkerPool pool = Pool();
        await RowsAsync(pool, "SELECT 1");
        int pid = pool.Pids.Single();

        foreach (string statement in HostileStatements.All)
        {
            WorkerAnswer answer = await pool.AskAsync(statement.Replace("{table}", _lake.TableFolder("silver_charts"), StringComparison.Ordinal), default);

            Assert.True(answer is WorkerAnswer.Refused, $"{statement}: {answer}");
        }

        Assert.Equal(pid, pool.Pids.Single());
        Assert.Equal(144, (await RowsAsync(pool, "SELECT count(close) FROM silver_charts")).GetProperty("rows")[0][0].GetInt32());
    }

    [Fact]
    public async Task Ten_users_at_once_are_all_answered_while_others_hold_workers()
    {
        await using WorkerPool pool = Pool(new WorkerLimits { Workers = 4, WallTimeMax = TimeSpan.FromMinutes(5), CpuTimeMax = TimeSpan.FromMinutes(5), QueueWaitMax = TimeSpan.FromMinutes(5) });
        using var enough = new CancellationTokenSource();
        Task<WorkerAnswer>[] bombs = [.. Enumerable.Range(0, 3).Select(_ => pool.AskAsync(TwelvePowersOfTen, enough.Token))];

        JsonElement[] answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => RowsAsync(pool, "SELECT symbol, count(close) FROM silver_charts GROUP BY symbol ORDER BY symbol")));

        Assert.All(answers, a => Assert.Equal("""[["BTCUSDT",72],["ETHUSDT",72]]""", a.GetProperty("rows").GetRawText()));
        await enough.CancelAsync();
        Assert.All(await Task.WhenAll(bombs), b => Assert.IsType<WorkerAnswer.Stopped>(b));
        Assert.InRange(pool.Pids.Count, 1, 4);
    }

    [Fact]
    public async Task Who_finds_the_queue_full_is_told_at_once_and_nothing_is_run()
    {
        await using WorkerPool pool = Pool(new WorkerLimits { Workers = 1, QueueMax = 1, QueueWaitMax = TimeSpan.FromMilliseconds(400), WallTimeMax = TimeSpan.FromSeconds(3) });
        await RowsAsync(pool, "SELECT 1");
        Task<WorkerAnswer> running = pool.AskAsync(TwelvePowersOfTen, default), waiting = pool.AskAsync("SELECT 2", default);

        Assert.Contains("try again", Assert.IsType<WorkerAnswer.Busy>(await pool.AskAsync("SELECT 3", default)).Message, StringComparison.Ordinal);
        Assert.Contains("busy", Assert.IsType<WorkerAnswer.Busy>(await waiting).Message, StringComparison.Ordinal);
        Assert.IsType<WorkerAnswer.OverLimit>(await running);
    }

    [Fact]
    public async Task Worker_that_is_killed_from_outside_is_replaced()
    {
        await using WorkerPool pool = Pool();
        await RowsAsync(pool, "SELECT 1");
        Task<WorkerAnswer> running = pool.AskAsync(TwelvePowersOfTen, default);

        using (Process worker = Process.GetProcessById(pool.Pids.Single()))
        {
            worker.Kill();
        }

        Assert.IsType<WorkerAnswer.OverLimit>(await running);
        Assert.Equal(1, (await RowsAsync(pool, "SELECT 1")).GetProperty("rows")[0][0].GetInt32());
    }

    [Fact]
    public async Task No_worker_outlives_its_pool()
    {
        Process worker;
        await using (WorkerPool pool = Pool())
        {
            await RowsAsync(pool, "SELECT 1");
            worker = Process.GetProcessById(pool.Pids.Single());
        }

        using (worker)
        {
            await worker.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token);
        }
    }

    private WorkerPool Pool(WorkerLimits? limits = null) => new(_lake.Location, limits ?? new WorkerLimits(), TimeProvider.System);

    private static async Task<JsonElement> RowsAsync(WorkerPool pool, string statement)
    {
        WorkerAnswer answer = await pool.AskAsync(statement, default);
        var rows = Assert.IsType<WorkerAnswer.Rows>(answer);
        using JsonDocument document = JsonDocument.Parse(Encoding.UTF8.GetString(rows.Json.Span));
        return document.RootElement.Clone();
    }
}
