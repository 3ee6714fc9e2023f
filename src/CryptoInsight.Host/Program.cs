using CryptoInsight.Host.Commands;
using CryptoInsight.Host.Node;
using CryptoInsight.Host.SqlWorkers;

return ProcessEnd.With(args is [WorkerMain.Verb] ? await WorkerMain.RunAsync() : await CommandTree.RunAsync(args));
