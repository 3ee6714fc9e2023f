using CryptoInsight.Engine.Options;
using CryptoInsight.Host.Config;
using CryptoInsight.Host.Node;
using CryptoInsight.Host.Output;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Host.Commands;

/// <summary>What every command is given: the settings in force, the lake, and where to print.</summary>
public sealed record CommandContext(SettingsLayers Settings, EngineOptions Options, OutputForm Output, TextWriter Out, TextWriter Error)
{
    /// <summary>The same for a command that works on tables that are there: a mistyped <c>--lake</c> is told about, and nothing is made at the wrong place.</summary>
    public async Task<LakeLocation> ExistingLakeAsync(CancellationToken ct)
    {
        LakeLocation lake = Lake();
        var catalog = new LakeCatalog(lake);
        return (await catalog.TableNamesAsync(ct)).Count > 0 ? lake : throw new CommandFailedException(await catalog.KnownAsync(ct));
    }

    /// <summary>The lake that the settings name.</summary>
    public LakeLocation Lake() =>
        KillAtStepStore.Wrap(LakeLocation.Local(Options.Lake.Path, Options.Lake.Catalog, Options.Lake.Schema), Environment.GetEnvironmentVariable(KillAtStepStore.Variable));
}
