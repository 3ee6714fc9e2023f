using CryptoInsight.Engine.Options;
using CryptoInsight.Host.Config;
using CryptoInsight.Host.Node;
using CryptoInsight.Host.Output;
using CryptoInsight.Lake;

namespace CryptoInsight.Host.Commands;

/// <summary>What every command is given: the settings in force, the lake, and where to print.</summary>
public sealed record CommandContext(SettingsLayers Settings, EngineOptions Options, OutputForm Output, TextWriter Out, TextWriter Error)
{
    /// <summary>The lake that the settings name.</summary>
    public LakeLocation Lake() =>
        KillAtStepStore.Wrap(LakeLocation.Local(Options.Lake.Path, Options.Lake.Catalog, Options.Lake.Schema), Environment.GetEnvironmentVariable(KillAtStepStore.Variable));
}
