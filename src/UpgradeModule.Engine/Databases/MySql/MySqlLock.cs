using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>The lock of a deployment on its server: a named one, held by a session. It goes with the session, whatever ends that.</summary>
internal sealed class MySqlLock : IAsyncDisposable
{
    private readonly MySqlSession _session;

    private MySqlLock(MySqlSession session) => _session = session;

    /// <summary>Takes the lock.</summary>
    /// <param name="server">The server.</param>
    /// <param name="purpose">What it is taken for.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DeploymentLocked</c>.</exception>
    public static Task<MySqlLock> TakeAsync(MySqlServer server, string purpose, CancellationToken cancellationToken) => MySqlErrors.GuardAsync(server.Live, "DeploymentLocked", "could not be locked", async () =>
    {
        // Beside the database: in it, it would be taken for somebody who uses it.
        var session = await MySqlSession.OpenAsync(await server.Tools.ClientAsync(cancellationToken).ConfigureAwait(false), server.Live, null, cancellationToken).ConfigureAwait(false);
        try
        {
            var name = MySqlText.Value(NameOf(server.Name));
            if (await session.NumberAsync($"SELECT GET_LOCK({name}, 0)", cancellationToken).ConfigureAwait(false) == 1)
            {
                // What the list of the server's sessions shows of it.
                await session.ExecuteAsync($"SET @um_purpose = CONVERT({MySqlText.Bytes(purpose)} USING utf8mb4)", cancellationToken).ConfigureAwait(false);
                return new MySqlLock(session);
            }

            var holder = await session.NumberAsync($"SELECT IS_USED_LOCK({name})", cancellationToken).ConfigureAwait(false);
            var who = holder == 0 ? "it has ended just now" : await HolderAsync(session, holder, cancellationToken).ConfigureAwait(false);
            throw new UpgradeException("DeploymentLocked", UpgradeErrorCategory.ResourceBusy, server.Live.ToString(), $"Another operation works on the database '{server.Live}': {who}.", "Wait until it has ended.");
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    });

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private static async Task<string> HolderAsync(MySqlSession session, long id, CancellationToken cancellationToken)
    {
        var number = id.ToString(CultureInfo.InvariantCulture);
        return await session.QueryAsync($"SELECT USER, HOST FROM information_schema.PROCESSLIST WHERE ID = {number}", cancellationToken).ConfigureAwait(false) is [[var user, var host], ..] ? $"the server's session {number} of {user} from {host}" : $"the server's session {number}";
    }

    private static string NameOf(string database) => "um_" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes("UpgradeModule deployment " + database)))[..32].ToLowerInvariant();
}
