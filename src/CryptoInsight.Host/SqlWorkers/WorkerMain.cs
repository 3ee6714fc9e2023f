using System.Text.Json;
using System.Threading.Channels;
using CryptoInsight.Delta;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Host.SqlWorkers;

/// <summary>The hidden verb <c>sql-worker</c>: answers one statement after the other over standard input and output, each in a database of its own that is thrown away.</summary>
/// <remarks>Started by the node with next to no environment. It ends when its input does, so it cannot outlive its node.</remarks>
public static class WorkerMain
{
    public const string Verb = "sql-worker";

    private const int FrameBytesMax = 1 << 20;

    private sealed record Question(WorkerProtocol.Ask Ask, CancellationTokenSource Stop);

    public static async Task<int> RunAsync()
    {
        await using Stream input = Console.OpenStandardInput(), output = Console.OpenStandardOutput();
        Console.SetOut(TextWriter.Null); // nothing but frames may reach the node
        if (await FrameStream.ReadAsync<WorkerProtocol.Start>(input, FrameBytesMax, CancellationToken.None) is not { } start)
        {
            return 0;
        }

        LakeLocation lake = LakeLocation.Local(start.LakePath, start.Catalog, start.Schema);
        var catalog = new LakeCatalog(lake);
        var options = new SqlSessionOptions { MemoryBytesMax = start.DatabaseBytesMax, ThreadsMax = 1 };
        SqlSession session = SqlSession.Open(lake, catalog, options);
        await AnswerAsync(session, "SELECT 1 AS warm", start, CancellationToken.None); // what is compiled and loaded now need not be when somebody waits
        await FrameStream.WriteAsync(output, new WorkerProtocol.Ready(ClosedProcess.Close(start.DataBytesMax)), CancellationToken.None);

        Channel<Question> questions = Channel.CreateUnbounded<Question>(); // the node asks one at a time
        _ = Task.Run(() => ListenAsync(input, questions.Writer));
        await foreach (Question question in questions.Reader.ReadAllAsync())
        {
            ClosedProcess.LimitCpu(question.Ask.CpuSeconds);
            await FrameStream.WriteBytesAsync(output, await AnswerAsync(session, question.Ask.Statement!, start, question.Stop.Token), CancellationToken.None);
            await session.DisposeAsync();
            session = SqlSession.Open(lake, catalog, options);
        }

        return 0;
    }

    private static async Task ListenAsync(Stream input, ChannelWriter<Question> questions)
    {
        var stop = new CancellationTokenSource();
        try
        {
            while (await FrameStream.ReadAsync<WorkerProtocol.Ask>(input, FrameBytesMax, CancellationToken.None) is { } ask)
            {
                if (ask.Statement is null)
                {
                    await stop.CancelAsync();
                }
                else
                {
                    stop = new CancellationTokenSource();
                    await questions.WriteAsync(new Question(ask, stop));
                }
            }
        }
        finally
        {
            ClosedProcess.End(); // the node is gone, or speaks another language
        }
    }

    private static async Task<ReadOnlyMemory<byte>> AnswerAsync(SqlSession session, string statement, WorkerProtocol.Start start, CancellationToken stop)
    {
        try
        {
            await using SqlResult result = await session.ExecuteAsync(statement, stop);
            return await ResultJson.WriteAsync(result, start.RowsMax, start.ResultBytesMax, stop);
        }
        catch (Exception stopped) when (stop.IsCancellationRequested && stopped is OperationCanceledException or SqlException)
        {
            return Frame(new WorkerProtocol.Word(WorkerProtocol.Stopped, null));
        }
        catch (Exception refused) when (refused is SqlException or DeltaException or IOException or FormatException)
        {
            return Frame(new WorkerProtocol.Word(WorkerProtocol.Refused, refused.Message));
        }
        catch (OutOfMemoryException)
        {
            return Frame(new WorkerProtocol.Word(WorkerProtocol.Refused, "The answer needs more memory than a statement may use: read fewer columns or rows, or shorter texts."));
        }
    }

    private static byte[] Frame(WorkerProtocol.Word word) => JsonSerializer.SerializeToUtf8Bytes(word, FrameStream.Json);
}
