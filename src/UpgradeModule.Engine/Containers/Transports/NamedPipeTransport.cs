using System.IO.Pipes;
using UpgradeModule.Engine.Containers.Addresses;

namespace UpgradeModule.Engine.Containers.Transports;

/// <summary>Connects to a named pipe of Windows.</summary>
internal sealed class NamedPipeTransport(EngineAddress address) : IEngineTransport
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsWindows()) throw EngineErrors.Unreachable(address.Text, "only Windows has named pipes.", "Name a unix:// socket." + EngineTransports.Origin(address));
        var pipe = new NamedPipeClientStream(".", address.Path, PipeDirection.InOut, PipeOptions.Asynchronous);
        try
        {
            await pipe.ConnectAsync((int)Patience.TotalMilliseconds, cancellationToken).ConfigureAwait(false);
            return pipe;
        }
        catch (Exception failure)
        {
            await pipe.DisposeAsync().ConfigureAwait(false);
            throw failure switch
            {
                TimeoutException => EngineErrors.Unreachable(address.Text, "there is no such pipe, or nobody answers at it.", "Start Docker Desktop, or the service 'docker'." + EngineTransports.Origin(address), failure),
                UnauthorizedAccessException => EngineErrors.Unreachable(address.Text, "this user has no right to the pipe.", "Add the user to the group 'docker-users' and log in again, or run this as an administrator.", failure, UpgradeErrorCategory.PermissionDenied),
                IOException => EngineErrors.Unreachable(address.Text, failure.Message, "Check that the engine runs." + EngineTransports.Origin(address), failure),
                _ => failure,
            };
        }
    }
}
