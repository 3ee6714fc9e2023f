using System.CommandLine;
using CryptoInsight.PaperExchange;
using CryptoInsight.PaperExchange.Faults;
using CryptoInsight.PaperExchange.Recordings;

namespace CryptoInsight.Host.Commands;

/// <summary><c>exchange serve</c>: the paper exchange alone, for other programs to talk to. Everything it says is SIMULATED.</summary>
public static class ExchangeCommand
{
    public static Command Create(GlobalOptions global)
    {
        ArgumentNullException.ThrowIfNull(global);
        var port = new Option<int>("--port") { Description = "The port on loopback; 0 takes a free one", DefaultValueFactory = _ => 0 };
        var recordings = new Option<FileInfo[]>("--recording") { Description = "Recorded klines to serve, such as BTCUSDT-1m-2025-01.csv.gz", AllowMultipleArgumentsPerToken = true };
        var speed = new Option<double>("--speed") { Description = "Seconds of the exchange per second", DefaultValueFactory = _ => 1 };
        var faults = new Option<FileInfo?>("--faults") { Description = "A fault script (JSON): what goes wrong, and when" };
        var seed = new Option<long>("--seed") { Description = "The seed of the simulated market", DefaultValueFactory = _ => 1 };
        var serve = new Command("serve", "Serve a simulated exchange until it is stopped") { port, recordings, speed, faults, seed };
        serve.SetAction(global.Run((parsed, context, ct) => ServeAsync(
            context,
            () => new PaperExchangeOptions
            {
                Port = parsed.GetValue(port),
                Speed = parsed.GetValue(speed),
                Seed = parsed.GetValue(seed),
                Recordings = [.. (parsed.GetValue(recordings) ?? []).Select(f => KlineRecording.ReadFile(f.FullName))],
                Faults = parsed.GetValue(faults) is { } script ? FaultScript.Parse(File.ReadAllText(script.FullName)) : FaultScript.None,
            },
            ct)));
        return new Command("exchange", "The built-in paper exchange") { serve };
    }

    private static async Task<int> ServeAsync(CommandContext context, Func<PaperExchangeOptions> options, CancellationToken ct)
    {
        PaperExchangeServer server;
        try
        {
            server = await PaperExchangeServer.StartAsync(options(), ct);
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentException)
        {
            throw new UsageException(wrong.Message);
        }

        await using (server)
        {
            await context.Out.WriteLineAsync($"SIMULATED exchange at {server.BaseAddress} (REST below /api/v3, streams at /stream and /ws). Stop with Ctrl+C.");
            await Task.Delay(Timeout.Infinite, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return ExitCode.Ok;
    }
}
