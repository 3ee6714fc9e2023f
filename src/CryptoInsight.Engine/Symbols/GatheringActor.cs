using Akka.Actor;
using Akka.Event;

namespace CryptoInsight.Engine.Symbols;

/// <summary>Puts the questions of one step to the symbols and waits for all answers: mailbox, timer and sending around <see cref="OpenQuestions"/>.</summary>
/// <remarks>Owns: one step's questions. Made by <see cref="SymbolAsker"/> for the step and gone with it: an answer that comes later finds nobody.
/// Loses on restart: everything, therefore it is never restarted; the step fails and the job starts again from the tables.</remarks>
public sealed class GatheringActor : ReceiveActor, IWithTimers
{
    private readonly IActorRef _shards;
    private readonly TimeSpan _answerTimeout;
    private readonly TaskCompletionSource<OpenQuestions.Verdict> _outcome;
    private OpenQuestions _questions;

    public GatheringActor(OpenQuestions questions, IActorRef shards, TimeSpan answerTimeout, TaskCompletionSource<OpenQuestions.Verdict> outcome)
    {
        _questions = questions;
        _shards = shards;
        _answerTimeout = answerTimeout;
        _outcome = outcome;
        Receive<SymbolProtocol.IReply>(reply => Went(_questions.On(reply)));
        Receive<TimeIsUp>(_ =>
        {
            Went(_questions.OnTimeout());
            SendMissing();
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(OpenQuestions questions, IActorRef shards, TimeSpan answerTimeout, TaskCompletionSource<OpenQuestions.Verdict> outcome) =>
        Akka.Actor.Props.Create(() => new GatheringActor(questions, shards, answerTimeout, outcome));

    private sealed class TimeIsUp : INotInfluenceReceiveTimeout, IDeadLetterSuppression, INoSerializationVerificationNeeded
    {
        public static readonly TimeIsUp Instance = new();
    }

    protected override void PreStart()
    {
        Went(_questions);
        SendMissing();
    }

    protected override void PostStop() => _outcome.TrySetCanceled();

    protected override void PreRestart(Exception reason, object message)
    {
        _outcome.TrySetException(reason);
        Context.Stop(Self);
    }

    private void Went(OpenQuestions next)
    {
        _questions = next;
        if (next.Outcome is { } outcome)
        {
            _outcome.TrySetResult(outcome);
            Context.Stop(Self);
        }
    }

    private void SendMissing()
    {
        if (_questions.Outcome is not null)
        {
            return;
        }

        // The clock runs before the questions are out: whoever hears one may count on the time-out.
        Timers.StartSingleTimer("time-out", TimeIsUp.Instance, _answerTimeout);
        foreach (SymbolProtocol.ICommand command in _questions.Missing)
        {
            _shards.Tell(command);
        }
    }
}
