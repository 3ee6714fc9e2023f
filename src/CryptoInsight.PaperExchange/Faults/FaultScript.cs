using System.Text.Json;
using System.Text.Json.Serialization;
using CryptoInsight.PaperExchange.Synthetic;

namespace CryptoInsight.PaperExchange.Faults;

/// <summary>What goes wrong, and when: the same seed and the same requests meet the same faults.</summary>
public sealed record FaultScript
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>Nothing goes wrong.</summary>
    public static FaultScript None { get; } = new();

    /// <summary>Draws which requests are hit.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The faults, in any order; they may overlap.</summary>
    public IReadOnlyList<Fault> Faults { get; init; } = [];

    /// <summary>Reads a script: <c>{"seed": 1, "faults": [{"kind": "ServerError", "from": "00:05:00", "until": "00:06:00", "share": 0.5}]}</c>.</summary>
    public static FaultScript Parse(string json)
    {
        try
        {
            FaultScript script = JsonSerializer.Deserialize<FaultScript>(json, s_json) ?? throw new JsonException("null");
            script.Validate();
            return script;
        }
        catch (JsonException e)
        {
            throw new FormatException(
                $"Not a fault script (line {e.LineNumber + 1}): it is an object with seed and faults, each with kind, from, until and perhaps share, symbol, status, delay; "
                + $"kinds are {string.Join(", ", Enum.GetNames<FaultKind>())}.",
                e);
        }
    }

    /// <summary>A bad day: faults of every kind, one after another in an order and at times drawn by the seed.</summary>
    public static FaultScript Storm(long seed, TimeSpan length)
    {
        ulong key = Hash.Key(seed, "storm");
        FaultKind[] kinds = [.. Enum.GetValues<FaultKind>().OrderBy(k => Hash.Mix(key, 1, (long)k))];
        TimeSpan slot = length / kinds.Length;
        return new FaultScript
        {
            Seed = seed,
            Faults = [.. kinds.Select((kind, i) => new Fault
            {
                Kind = kind,
                From = slot * (i + 0.5 * Hash.Unit(Hash.Mix(key, 2, i))),
                Until = slot * (i + 0.6 + 0.3 * Hash.Unit(Hash.Mix(key, 3, i))),
                Share = 0.3 + 0.7 * Hash.Unit(Hash.Mix(key, 4, i)),
                Status = Hash.Below(Hash.Mix(key, 5, i), 2) == 0 ? 502 : 503,
            })],
        };
    }

    /// <summary>Throws <see cref="FormatException"/> that names what cannot be.</summary>
    internal void Validate()
    {
        for (int i = 0; i < Faults.Count; i++)
        {
            Fault f = Faults[i];
            string? wrong = f.Until <= f.From || f.From < TimeSpan.Zero ? "until must be after from, and from not negative"
                : f.Share is not (>= 0 and <= 1) ? "share is 0 to 1"
                : f.Status is < 500 or > 599 ? "status is 500 to 599"
                : null;
            if (wrong is not null)
            {
                throw new FormatException($"Fault {i + 1} of the script ({f.Kind}): {wrong}.");
            }
        }
    }
}
