using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Budget;
using Google.Protobuf;

namespace CryptoInsight.Engine.Symbols;

/// <summary>The messages of <see cref="SymbolProtocol"/>, the snapshots, and the messages of <see cref="WeightProtocol"/> as protobuf; one letter or two say which.</summary>
public sealed class SymbolSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>Written beside every message and snapshot: it can never change.</summary>
    public override int Identifier => 7_301;

    public override string Manifest(object o) => o switch
    {
        SymbolProtocol.ComputeSignals => "q",
        SymbolProtocol.ComputeAllSignals => "a",
        SymbolProtocol.SignalsComputed => "r",
        SymbolProtocol.StateLost => "l",
        SymbolProtocol.ComputeFailed => "f",
        Wire.SymbolSnapshot => "s",
        Wire.HorizonSnapshot => "h",
        WeightProtocol.IMessage weight => WeightWire.ManifestOf(weight),
        _ => throw new ArgumentException($"{o?.GetType().Name ?? "null"} is not a message of the symbols.", nameof(o)),
    };

    public override byte[] ToBinary(object obj) => ((IMessage)(obj switch
    {
        SymbolProtocol.ComputeSignals q => new Wire.ComputeSignals
        {
            RequestId = q.RequestId, Symbol = q.Symbol.Code, From = ChangeColumns.Write(q.From), To = ChangeColumns.Write(q.To), Changes = ChangeColumns.Write(q.Changes),
        },
        SymbolProtocol.ComputeAllSignals a => new Wire.ComputeAllSignals { RequestId = a.RequestId, Symbol = a.Symbol.Code, At = ChangeColumns.Write(a.At) },
        SymbolProtocol.SignalsComputed r => new Wire.SignalsComputed
        {
            RequestId = r.RequestId, Symbol = r.Symbol.Code, Upserts = SignalColumns.Write(r.Delta.Upserts), Deletes = SignalColumns.Write(r.Delta.Deletes),
        },
        SymbolProtocol.StateLost l => new Wire.NotComputed { RequestId = l.RequestId, Symbol = l.Symbol.Code, Why = l.Why },
        SymbolProtocol.ComputeFailed f => new Wire.NotComputed { RequestId = f.RequestId, Symbol = f.Symbol.Code, Why = f.Why },
        IMessage wire => wire,
        WeightProtocol.IMessage weight => WeightWire.Write(weight),
        _ => throw new ArgumentException($"{obj?.GetType().Name ?? "null"} is not a message of the symbols.", nameof(obj)),
    })).ToByteArray();

    public override object FromBinary(byte[] bytes, string manifest)
    {
        switch (manifest)
        {
            case "q":
                Wire.ComputeSignals q = Wire.ComputeSignals.Parser.ParseFrom(bytes);
                return new SymbolProtocol.ComputeSignals(q.RequestId, Symbol.Parse(q.Symbol), ChangeColumns.Read(q.From), ChangeColumns.Read(q.To), ChangeColumns.Read(q.Changes));
            case "a":
                Wire.ComputeAllSignals a = Wire.ComputeAllSignals.Parser.ParseFrom(bytes);
                return new SymbolProtocol.ComputeAllSignals(a.RequestId, Symbol.Parse(a.Symbol), ChangeColumns.Read(a.At));
            case "r":
                Wire.SignalsComputed r = Wire.SignalsComputed.Parser.ParseFrom(bytes);
                Symbol symbol = Symbol.Parse(r.Symbol);
                return new SymbolProtocol.SignalsComputed(r.RequestId, symbol, new SignalDelta(SignalColumns.Read(r.Upserts, symbol), SignalColumns.Read(r.Deletes, symbol)));
            case "l":
                Wire.NotComputed l = Wire.NotComputed.Parser.ParseFrom(bytes);
                return new SymbolProtocol.StateLost(l.RequestId, Symbol.Parse(l.Symbol), l.Why);
            case "f":
                Wire.NotComputed f = Wire.NotComputed.Parser.ParseFrom(bytes);
                return new SymbolProtocol.ComputeFailed(f.RequestId, Symbol.Parse(f.Symbol), f.Why);
            case "s":
                return Wire.SymbolSnapshot.Parser.ParseFrom(bytes);
            case "h":
                return Wire.HorizonSnapshot.Parser.ParseFrom(bytes);
            case ['w', ..]:
                return WeightWire.Read(bytes, manifest);
            default:
                throw new SerializationException("A message for the symbols has a manifest that this version does not know: nodes of different versions are in one cluster.");
        }
    }
}
