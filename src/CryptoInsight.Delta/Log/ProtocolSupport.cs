using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Log;

/// <summary>Which protocol versions and features this engine has; everything else is refused by name.</summary>
/// <remarks><b>Source</b>: PROTOCOL.md, "Table Features", "Valid Feature Names in Table Features".</remarks>
internal static class ProtocolSupport
{
    private const int ReaderVersionMax = 3;
    private const int WriterVersionMax = 7;

    /// <summary>Features that change how rows are read, and that this engine reads.</summary>
    private static readonly HashSet<string> s_readable = new(StringComparer.Ordinal)
    {
        "columnMapping", "deletionVectors", "timestampNtz", "v2Checkpoint", "vacuumProtocolCheck", "typeWidening", "typeWidening-preview", "variantType", "variantType-preview",
    };

    /// <summary>Features that this engine honours when it writes. Some only as long as the table does not use them: see <see cref="UsedButUnsupported"/>.</summary>
    private static readonly HashSet<string> s_writable = new(StringComparer.Ordinal)
    {
        "appendOnly", "invariants", "changeDataFeed", "deletionVectors", "columnMapping", "timestampNtz", "v2Checkpoint", "vacuumProtocolCheck", "domainMetadata", "inCommitTimestamp",
        "checkConstraints", "generatedColumns", "identityColumns", "allowColumnDefaults", "typeWidening", "typeWidening-preview",
    };

    private static readonly string[] s_legacy = ["appendOnly", "invariants", "checkConstraints", "changeDataFeed", "generatedColumns", "columnMapping", "identityColumns"];

    /// <summary>Throws <see cref="UnsupportedFeatureException"/> unless rows of a table with this protocol can be read right.</summary>
    internal static void CheckReadable(Protocol protocol, Uri root)
    {
        List<string> missing = protocol.MinReaderVersion == 3 ? [.. protocol.ReaderFeatures.Where(static f => !s_readable.Contains(f))] : [];
        if (protocol.MinReaderVersion is > ReaderVersionMax or < 1)
        {
            missing = [$"minReaderVersion {protocol.MinReaderVersion}", .. protocol.ReaderFeatures.Where(static f => !s_readable.Contains(f))];
        }

        if (missing.Count > 0)
        {
            throw Refusal("read", root, missing);
        }
    }

    /// <summary>Throws <see cref="UnsupportedFeatureException"/> unless this engine may write to the table.</summary>
    internal static void CheckWritable(Protocol protocol, Metadata metadata, StructType schema, Uri root)
    {
        List<string> missing = [.. protocol.WriterFeatures.Where(static f => !s_writable.Contains(f))];
        if (protocol.MinWriterVersion is > WriterVersionMax or < 1)
        {
            missing.Insert(0, $"minWriterVersion {protocol.MinWriterVersion}");
        }

        missing.AddRange(UsedButUnsupported(protocol, metadata, schema));
        if (missing.Count > 0)
        {
            throw Refusal("write to", root, missing);
        }
    }

    /// <summary>Whether the feature is in force, named or implied by a legacy version.</summary>
    internal static bool Has(Protocol protocol, string feature) =>
        protocol.MinWriterVersion >= 7 ? protocol.WriterFeatures.Contains(feature) : LegacyWriterVersion(feature) is { } version && protocol.MinWriterVersion >= version;

    /// <summary>The features that a legacy writer version implies.</summary>
    internal static IReadOnlyList<string> ImpliedBy(int writerVersion) =>
        [.. s_legacy.Where(f => LegacyWriterVersion(f) <= writerVersion)];

    /// <summary>The writer version that first implied a feature, or null if only its name switches it on.</summary>
    private static int? LegacyWriterVersion(string feature) => feature switch
    {
        "appendOnly" or "invariants" => 2,
        "checkConstraints" => 3,
        "changeDataFeed" or "generatedColumns" => 4,
        "columnMapping" => 5,
        "identityColumns" => 6,
        _ => null,
    };

    // A legacy version, or a feature list made from one, names much that a table never uses. These are refused only where the table really uses them.
    private static IEnumerable<string> UsedButUnsupported(Protocol protocol, Metadata metadata, StructType schema)
    {
        foreach (string feature in Operations.RowRules.Unreadable(protocol, metadata, schema))
        {
            yield return feature;
        }

        if (Has(protocol, "generatedColumns") && AnyField(schema, "delta.generationExpression"))
        {
            yield return "generatedColumns";
        }

        if (Has(protocol, "identityColumns") && AnyField(schema, "delta.identity.step"))
        {
            yield return "identityColumns";
        }
    }

    private static bool AnyField(StructType type, string key) => type.Fields.Any(f => f.Metadata.ContainsKey(key) || AnyNested(f.Type, key));

    private static bool AnyNested(DataType type, string key) => type switch
    {
        StructType s => AnyField(s, key),
        ArrayType a => AnyNested(a.ElementType, key),
        MapType m => AnyNested(m.KeyType, key) || AnyNested(m.ValueType, key),
        _ => false,
    };

    private static UnsupportedFeatureException Refusal(string verb, Uri root, List<string> missing)
    {
        // Feature names come from the table: only plain words are repeated.
        List<string> names = [.. missing.Select(static m => m.Length <= 64 && m.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or ' ') ? m : "(unprintable name)")];
        return new UnsupportedFeatureException($"This engine cannot {verb} the table at {root}: it needs {string.Join(", ", names)}. Use an engine that has these, or drop the features there first.", names);
    }
}
