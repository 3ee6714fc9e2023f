using CryptoInsight.Domain.Budget;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Engine.Budget;

/// <summary>What the gates of nodes behind one egress and the owner of its weight budget say to each other. Delivery: at most once; whoever hears nothing asks again.</summary>
public static class WeightProtocol
{
    /// <summary>Crosses nodes.</summary>
    public interface IMessage;

    /// <summary>Asks for the right to make one request.</summary>
    /// <param name="AskId">Repeated by the answer; a new one for every time that is asked.</param>
    /// <param name="Node">Who asks, unique to its process.</param>
    /// <param name="IsUrgent">True for requests that must not be spread over the minute.</param>
    /// <param name="BlockedUntil">The end of the latest pause or ban that this node knows of: the owner that was told may be gone.</param>
    public sealed record AskWeight(long AskId, string Node, int Weight, bool IsUrgent, UnixMicros BlockedUntil) : IMessage;

    /// <summary>Asks how the budget stands.</summary>
    public sealed record GetStanding(string Node, UnixMicros BlockedUntil) : IMessage;

    /// <summary>Gives a lease back with what became of its request.</summary>
    public sealed record ReturnWeight(NodeLease Lease, WeightFeedback Feedback) : IMessage;

    /// <summary>One request may go.</summary>
    public sealed record WeightGranted(long AskId, NodeLease Lease, WeightStanding Standing) : IMessage;

    /// <summary>Not yet: ask again then.</summary>
    public sealed record WeightDelayed(long AskId, UnixMicros Until, WeightWait Why, WeightStanding Standing) : IMessage;

    /// <summary>What was asked for is dearer than a whole minute.</summary>
    public sealed record WeightNeverFits(long AskId, WeightStanding Standing) : IMessage;

    /// <summary>How the budget stands, by its owner.</summary>
    /// <param name="Owner">The node that owns it.</param>
    /// <param name="Epoch">Which ownership this is; a later one has a greater number.</param>
    /// <param name="At">When, by the exchange's clock.</param>
    /// <param name="Used">What may have been used in that minute, strangers included.</param>
    /// <param name="Usable">What is used at most.</param>
    /// <param name="Limit">What the exchange allows.</param>
    /// <param name="BlockedUntil">The end of the latest pause or ban.</param>
    /// <param name="LeasesOut">Leases that nodes hold.</param>
    public sealed record WeightStanding(string Owner, long Epoch, UnixMicros At, int Used, int Usable, int Limit, UnixMicros BlockedUntil, int LeasesOut) : IMessage;
}
