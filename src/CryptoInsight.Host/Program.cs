using CryptoInsight.Host.Commands;
using CryptoInsight.Host.Node;

return ProcessEnd.With(await CommandTree.RunAsync(args));
