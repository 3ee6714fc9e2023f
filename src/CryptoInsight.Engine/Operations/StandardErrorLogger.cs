using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;

namespace CryptoInsight.Engine.Operations;

/// <summary>The actor system's log on standard error: standard output belongs to the commands' results.</summary>
public sealed class StandardErrorLogger : ReceiveActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    public StandardErrorLogger()
    {
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(e => Console.Error.WriteLine(
            $"{e.Timestamp:HH:mm:ss} {e.LogLevel().ToString()[..4].ToUpperInvariant()} {e.Message}{(e.Cause is null ? "" : $": {e.Cause.Message}")}"));
    }
}
