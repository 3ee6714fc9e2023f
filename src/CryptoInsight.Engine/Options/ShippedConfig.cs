using Akka.Configuration;

namespace CryptoInsight.Engine.Options;

/// <summary>The configuration files that travel inside the program.</summary>
public static class ShippedConfig
{
    /// <summary>Every setting of ours with its default.</summary>
    public static string ReferenceText { get; } = Text("reference.conf");

    public static Config Reference { get; } = ConfigurationFactory.ParseString(ReferenceText);

    /// <summary>The actor system of one node.</summary>
    public static Config Akka { get; } = ConfigurationFactory.ParseString(Text("akka.conf"));

    private static string Text(string name)
    {
        using Stream stream = typeof(ShippedConfig).Assembly.GetManifestResourceStream($"hocon.{name}")
            ?? throw new InvalidOperationException($"{name} is not embedded; see CryptoInsight.Engine.csproj.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
