using System.Collections;
using System.CommandLine;
using CryptoInsight.Engine.Options;
using CryptoInsight.Host.Config;
using CryptoInsight.Host.Output;

namespace CryptoInsight.Host.Commands;

/// <summary>The options that every command takes, and how a command is run: settings read, faults printed, exit code returned.</summary>
public sealed class GlobalOptions
{
    public Option<string?> Lake { get; } = new("--lake") { Description = "Folder of the lake (default ./lake)", Recursive = true, HelpName = "PATH" };

    public Option<OutputForm> Output { get; } = new("--output") { Description = "table, json, ndjson or csv", Recursive = true, DefaultValueFactory = _ => OutputForm.Table };

    public Option<string?> ConfigFile { get; } = new("--config") { Description = "HOCON file with settings", Recursive = true, HelpName = "FILE" };

    public Option<string[]> Set { get; } = new("--set") { Description = "One setting, such as gold.timeframes.1m=[5m,15m]", Recursive = true, HelpName = "KEY=VALUE" };

    public void AddTo(RootCommand root)
    {
        root.Options.Add(Lake);
        root.Options.Add(Output);
        root.Options.Add(ConfigFile);
        root.Options.Add(Set);
    }

    /// <summary>Runs a command's body: 0 done, 1 failed, 2 wrong usage or settings.</summary>
    /// <param name="assignments">Settings that the command's own options stand for.</param>
    public Func<ParseResult, CancellationToken, Task<int>> Run(
        Func<ParseResult, CommandContext, CancellationToken, Task<int>> body, Func<ParseResult, IEnumerable<(string Option, string Key, string? Value)>>? assignments = null) =>
        async (parsed, ct) =>
        {
            TextWriter error = parsed.InvocationConfiguration.Error;
            try
            {
                var context = Context(parsed, assignments?.Invoke(parsed) ?? []);
                return await body(parsed, context, ct);
            }
            catch (SettingsException wrong)
            {
                await error.WriteLineAsync(wrong.Message);
                return ExitCode.Usage;
            }
            catch (UsageException wrong)
            {
                await error.WriteLineAsync(wrong.Message);
                return ExitCode.Usage;
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                await error.WriteLineAsync("Stopped.");
                return ExitCode.Failed;
            }
            catch (Exception failed) when (failed is Delta.DeltaException or IOException or InvalidDataException or UnauthorizedAccessException or CommandFailedException or Engine.Jobs.JobStoppedException or Engine.Jobs.SchemaDriftException or Engine.Jobs.ExpectationFailedException or CryptoInsight.Lake.LossRefusedException or CryptoInsight.Lake.Changes.ConsentMissingException or HttpRequestException or Sources.Files.KlineFileRefusedException)
            {
                await error.WriteLineAsync(failed.Message);
                return ExitCode.Failed;
            }
        };

    private CommandContext Context(ParseResult parsed, IEnumerable<(string Option, string Key, string? Value)> own)
    {
        List<(string Source, string Key, string Value)> assignments = [];
        foreach (string text in parsed.GetValue(Set) ?? [])
        {
            int at = text.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                throw new UsageException("--set takes KEY=VALUE, such as --set gold.watermark-delay=15min");
            }

            assignments.Add(("--set", text[..at].Trim(), text[(at + 1)..].Trim()));
        }

        if (parsed.GetValue(Lake) is { } lake)
        {
            assignments.Add(("--lake", "lake.path", lake));
        }

        assignments.AddRange(own.Where(o => o.Value is not null).Select(o => (o.Option, o.Key, o.Value!)));
        IEnumerable<KeyValuePair<string, string>> variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(e => KeyValuePair.Create((string)e.Key, (string?)e.Value ?? ""));
        SettingsLayers layers = SettingsLayers.Of(assignments, parsed.GetValue(ConfigFile), variables);
        return new CommandContext(
            layers, EngineOptions.FromConfig(layers.Merged), parsed.GetValue(Output), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
    }
}
