using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using UpgradeModule.Engine.Containers.Addresses;

namespace UpgradeModule.Engine.Containers.Transports;

/// <summary>Reaches an engine as docker's own command line does: by <c>docker system dial-stdio</c> on the other machine. It asks no questions: a key or an agent must do.</summary>
internal sealed class SshTransport(EngineAddress address) : IEngineTransport
{
    /// <summary>The program; tests put another one in its place.</summary>
    public string Program { get; init; } = "ssh";

    /// <inheritdoc/>
    public Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var start = new ProcessStartInfo(Program, Arguments(address)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, CreateNoWindow = true };
        start.Environment["LC_ALL"] = "C";
        try
        {
            return Task.FromResult<Stream>(new ProcessStream(Process.Start(start)!, Explain));
        }
        catch (Win32Exception failure)
        {
            throw EngineErrors.Unreachable(address.Text, "the program 'ssh' is not installed.", "Install OpenSSH's client.", failure, UpgradeErrorCategory.NotInstalled);
        }
    }

    /// <summary>The arguments for an address.</summary>
    /// <param name="address">The address.</param>
    public static IReadOnlyList<string> Arguments(EngineAddress address) =>
    [
        "-o", "ConnectTimeout=30", "-o", "BatchMode=yes", "-T",
        .. address.User is null ? Array.Empty<string>() : ["-l", address.User],
        .. address.Port == 0 ? Array.Empty<string>() : ["-p", address.Port.ToString(CultureInfo.InvariantCulture)],
        "--", address.Host, "docker", "system", "dial-stdio",
    ];

    private UpgradeException Explain(int? exitCode, string complaint)
    {
        var says = complaint.Length > 0 ? complaint : exitCode is null ? "ssh ended the connection" : string.Create(CultureInfo.InvariantCulture, $"ssh ended with exit code {exitCode}");
        var remedy = says.Contains("Permission denied", StringComparison.Ordinal) || says.Contains("Host key", StringComparison.Ordinal)
            ? "Log in once by hand ('ssh HOST'), so that the host's key is known, with a key that needs no password or is in an agent."
            : "Try 'ssh HOST docker version': the other machine must have docker's command line and an engine that its user may use.";
        return EngineErrors.Unreachable(address.Text, says, remedy + EngineTransports.Origin(address));
    }
}
