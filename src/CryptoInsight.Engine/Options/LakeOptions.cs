namespace CryptoInsight.Engine.Options;

/// <summary>Where the lake lies and what its catalog and schema are called.</summary>
public sealed record LakeOptions(string Path, string Catalog, string Schema);
