namespace UpgradeModule.Engine.Containers.Addresses;

/// <summary>How TLS is done.</summary>
/// <param name="Folder">The folder with ca.pem, cert.pem and key.pem; each may be missing.</param>
/// <param name="Verify">Whether the engine's certificate is verified.</param>
internal sealed record EngineTls(string Folder, bool Verify);
