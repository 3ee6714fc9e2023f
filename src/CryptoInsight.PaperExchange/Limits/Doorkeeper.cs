using System.Net;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.PaperExchange.Limits;

/// <summary>Keeps the ledgers of all addresses.</summary>
internal sealed class Doorkeeper(LimitRules rules)
{
    // More addresses than this are forgotten, those that are not banned first: memory stays bounded.
    private const int AddressesMax = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, ClientLedger> _ledgers = [];

    /// <summary>Counts one request; <paramref name="limit"/> holds instead of the usual one.</summary>
    public Admission Charge(IPAddress address, UnixMicros now, int weight, int? limit = null)
    {
        lock (_lock)
        {
            (ClientLedger next, Admission answer) = _ledgers.GetValueOrDefault(address, ClientLedger.Empty).Charge(limit is { } other ? rules with { WeightPerMinuteMax = other } : rules, now, weight);
            Keep(address, next, now);
            return answer;
        }
    }

    /// <summary>Bans an address without a cause (a fault script does).</summary>
    public Admission Ban(IPAddress address, UnixMicros now)
    {
        lock (_lock)
        {
            ClientLedger ledger = _ledgers.GetValueOrDefault(address, ClientLedger.Empty);
            (ClientLedger next, Admission answer) = ledger.Ban(now);
            Keep(address, next, now);
            return answer;
        }
    }

    private void Keep(IPAddress address, ClientLedger ledger, UnixMicros now)
    {
        if (_ledgers.Count >= AddressesMax && !_ledgers.ContainsKey(address))
        {
            foreach (IPAddress idle in _ledgers.Where(l => l.Value.BannedUntil <= now).Select(l => l.Key).Take(AddressesMax / 2).ToList())
            {
                _ledgers.Remove(idle);
            }

            if (_ledgers.Count >= AddressesMax)
            {
                _ledgers.Clear();
            }
        }

        _ledgers[address] = ledger;
    }
}
