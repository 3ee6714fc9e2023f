using System.Runtime.Serialization;
using CryptoInsight.Domain.Budget;
using CryptoInsight.Domain.Market;
using Google.Protobuf;

namespace CryptoInsight.Engine.Budget;

/// <summary>The messages of <see cref="WeightProtocol"/> as protobuf.</summary>
internal static class WeightWire
{
    /// <summary>Which message it is, in two letters; the first says that it is one of these.</summary>
    public static string ManifestOf(WeightProtocol.IMessage message) => message switch
    {
        WeightProtocol.AskWeight => "wa",
        WeightProtocol.GetStanding => "wg",
        WeightProtocol.ReturnWeight => "wr",
        WeightProtocol.WeightGranted => "w+",
        WeightProtocol.WeightDelayed => "w-",
        WeightProtocol.WeightNeverFits => "w0",
        WeightProtocol.WeightStanding => "ws",
        _ => throw new ArgumentException($"{message?.GetType().Name ?? "null"} is not a message of the weight budget.", nameof(message)),
    };

    public static IMessage Write(WeightProtocol.IMessage message) => message switch
    {
        WeightProtocol.AskWeight a => new Wire.AskWeight
        {
            AskId = a.AskId, Node = a.Node, Weight = (uint)a.Weight, IsUrgent = a.IsUrgent, BlockedUntil = a.BlockedUntil.Value,
        },
        WeightProtocol.GetStanding g => new Wire.GetStanding { Node = g.Node, BlockedUntil = g.BlockedUntil.Value },
        WeightProtocol.ReturnWeight r => Write(r),
        WeightProtocol.WeightGranted g => new Wire.WeightAnswered { AskId = g.AskId, Standing = Write(g.Standing), Lease = Write(g.Lease) },
        WeightProtocol.WeightDelayed d => new Wire.WeightAnswered { AskId = d.AskId, Standing = Write(d.Standing), Until = d.Until.Value, Why = (uint)d.Why },
        WeightProtocol.WeightNeverFits n => new Wire.WeightAnswered { AskId = n.AskId, Standing = Write(n.Standing) },
        WeightProtocol.WeightStanding s => Write(s),
        _ => throw new ArgumentException($"{message?.GetType().Name ?? "null"} is not a message of the weight budget.", nameof(message)),
    };

    public static WeightProtocol.IMessage Read(byte[] bytes, string manifest)
    {
        switch (manifest)
        {
            case "wa":
                Wire.AskWeight a = Wire.AskWeight.Parser.ParseFrom(bytes);
                return new WeightProtocol.AskWeight(a.AskId, a.Node, (int)a.Weight, a.IsUrgent, new UnixMicros(a.BlockedUntil));
            case "wg":
                Wire.GetStanding g = Wire.GetStanding.Parser.ParseFrom(bytes);
                return new WeightProtocol.GetStanding(g.Node, new UnixMicros(g.BlockedUntil));
            case "wr":
                Wire.ReturnWeight r = Wire.ReturnWeight.Parser.ParseFrom(bytes);
                return new WeightProtocol.ReturnWeight(Read(r.Lease), FeedbackOf(r));
            case "ws":
                return Read(Wire.Standing.Parser.ParseFrom(bytes));
            case "w+" or "w-" or "w0":
                Wire.WeightAnswered answer = Wire.WeightAnswered.Parser.ParseFrom(bytes);
                WeightProtocol.WeightStanding standing = Read(answer.Standing);
                return manifest == "w+" ? new WeightProtocol.WeightGranted(answer.AskId, Read(answer.Lease), standing)
                    : manifest == "w-" ? new WeightProtocol.WeightDelayed(answer.AskId, new UnixMicros(answer.Until), (WeightWait)answer.Why, standing)
                    : new WeightProtocol.WeightNeverFits(answer.AskId, standing);
            default:
                throw new SerializationException("A message of the weight budget has a manifest that this version does not know: nodes of different versions are in one cluster.");
        }
    }

    private static Wire.ReturnWeight Write(WeightProtocol.ReturnWeight r)
    {
        var wire = new Wire.ReturnWeight { Lease = Write(r.Lease) };
        return r.Feedback.Match(
            answered =>
            {
                wire.Answered = new Wire.Answered();
                if (answered.UsedWeight is { } used)
                {
                    wire.Answered.UsedWeight = (uint)used;
                }

                return wire;
            },
            throttled =>
            {
                wire.ThrottledPause = throttled.Pause.Ticks;
                return wire;
            },
            banned =>
            {
                wire.BannedUntil = banned.Until.Value;
                return wire;
            },
            _ =>
            {
                wire.Lost = true;
                return wire;
            });
    }

    private static WeightFeedback FeedbackOf(Wire.ReturnWeight r) => r.FeedbackCase switch
    {
        Wire.ReturnWeight.FeedbackOneofCase.Answered => new WeightFeedback.Answered(r.Answered.HasUsedWeight ? (int)r.Answered.UsedWeight : null),
        Wire.ReturnWeight.FeedbackOneofCase.ThrottledPause => new WeightFeedback.Throttled(TimeSpan.FromTicks(r.ThrottledPause)),
        Wire.ReturnWeight.FeedbackOneofCase.BannedUntil => new WeightFeedback.Banned(new UnixMicros(r.BannedUntil)),
        _ => new WeightFeedback.Lost(),
    };

    private static Wire.Lease Write(NodeLease l) => new()
    {
        Id = l.Lease.Id, Weight = (uint)l.Lease.Weight, GrantedAt = l.Lease.GrantedAt.Value, Node = l.Node, Epoch = l.Epoch, UseBefore = l.UseBefore.Value,
    };

    private static NodeLease Read(Wire.Lease l) =>
        new(new WeightLease(l.Id, (int)l.Weight, new UnixMicros(l.GrantedAt)), l.Node, l.Epoch, new UnixMicros(l.UseBefore));

    private static Wire.Standing Write(WeightProtocol.WeightStanding s) => new()
    {
        Owner = s.Owner, Epoch = s.Epoch, At = s.At.Value, Used = (uint)s.Used, Usable = (uint)s.Usable, Limit = (uint)s.Limit, BlockedUntil = s.BlockedUntil.Value, LeasesOut = (uint)s.LeasesOut,
    };

    private static WeightProtocol.WeightStanding Read(Wire.Standing s) =>
        new(s.Owner, s.Epoch, new UnixMicros(s.At), (int)s.Used, (int)s.Usable, (int)s.Limit, new UnixMicros(s.BlockedUntil), (int)s.LeasesOut);
}
