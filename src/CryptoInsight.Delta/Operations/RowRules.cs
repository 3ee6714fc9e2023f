using System.Text.Json;
using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>A condition that every row of a table must fulfil: true, not merely unknown.</summary>
internal sealed record RowRule(string Name, BoundPredicate Condition);

/// <summary>CHECK constraints and column invariants: read from the metadata, enforced on every row that is written.</summary>
/// <remarks><b>Source</b>: PROTOCOL.md, "CHECK Constraints", "Column Invariants". A rule whose text is more than columns against literals cannot be enforced here, so such a table is not written to.</remarks>
internal static class RowRules
{
    internal const string ConstraintPrefix = "delta.constraints.";
    private const string InvariantKey = "delta.invariants";

    /// <summary>The features whose rules this engine cannot enforce for this table.</summary>
    public static IEnumerable<string> Unreadable(Protocol protocol, Metadata metadata, StructType schema)
    {
        if (ProtocolSupport.Has(protocol, "checkConstraints") && !Constraints(metadata).All(c => CanRead(c.Sql, schema)))
        {
            yield return "checkConstraints";
        }

        // An invariant below the top level speaks of a place that conditions cannot name.
        if (ProtocolSupport.Has(protocol, "invariants") && (!Invariants(schema).All(i => CanRead(i.Sql, schema)) || schema.Fields.Any(static f => HasNested(f.Type))))
        {
            yield return "invariants";
        }
    }

    /// <summary>The rules of the table.</summary>
    public static IReadOnlyList<RowRule> Of(Protocol protocol, Metadata metadata, StructType schema)
    {
        List<RowRule> rules = [];
        if (ProtocolSupport.Has(protocol, "checkConstraints"))
        {
            rules.AddRange(Constraints(metadata).Select(c => new RowRule($"constraint {c.Name}", Read(c.Sql, schema))));
        }

        if (ProtocolSupport.Has(protocol, "invariants"))
        {
            rules.AddRange(Invariants(schema).Select(i => new RowRule($"invariant of column {i.Name}", Read(i.Sql, schema))));
        }

        return rules;
    }

    /// <summary>Throws <see cref="ConstraintViolationException"/> if a row breaks a rule.</summary>
    public static void Check(RecordBatch rows, IReadOnlyList<RowRule> rules)
    {
        foreach (RowRule rule in rules)
        {
            int broken = rows.Length - PredicateEvaluator.Evaluate(rule.Condition, rows).AsSpan().Count(PredicateEvaluator.True);
            if (broken > 0)
            {
                throw new ConstraintViolationException($"{broken} of {rows.Length} rows break the table's {rule.Name}: its condition is false or unknown for them. Nothing was written.");
            }
        }
    }

    /// <summary>Parses the text of a rule.</summary>
    public static BoundPredicate Read(string sql, StructType schema) => BoundPredicate.Bind(PredicateSql.Parse(sql), schema);

    private static bool CanRead(string? sql, StructType schema)
    {
        try
        {
            return sql is not null && Read(sql, schema) is not null;
        }
        catch (DeltaException)
        {
            return false;
        }
    }

    private static IEnumerable<(string Name, string Sql)> Constraints(Metadata metadata) => metadata.Configuration
        .Where(static p => p.Key.StartsWith(ConstraintPrefix, StringComparison.OrdinalIgnoreCase))
        .Select(static p => (p.Key[ConstraintPrefix.Length..], p.Value));

    private static IEnumerable<(string Name, string Sql)> Invariants(StructType schema) => schema.Fields
        .Where(static f => f.Metadata.ContainsKey(InvariantKey))
        .Select(static f => (f.Name, ExpressionOf(f.Metadata[InvariantKey]) ?? ""));

    private static string? ExpressionOf(JsonElement invariant)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(invariant.GetString() ?? "");
            return document.RootElement.GetProperty("expression").GetProperty("expression").GetString();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static bool HasNested(DataType type) => type switch
    {
        StructType s => s.Fields.Any(static f => f.Metadata.ContainsKey(InvariantKey) || HasNested(f.Type)),
        Schema.ArrayType a => HasNested(a.ElementType),
        MapType m => HasNested(m.KeyType) || HasNested(m.ValueType),
        _ => false,
    };
}
