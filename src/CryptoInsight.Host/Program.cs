using CryptoInsight.Host.Commands;

return await CommandTree.RunAsync(args);
