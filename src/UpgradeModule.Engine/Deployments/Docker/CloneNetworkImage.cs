using System.Formats.Tar;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Deployments.Clones;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>
/// The image of the container whose network a clone shares. It holds one program of some hundred bytes that waits for ever: nothing has to be pulled, and
/// nothing is assumed of the application's image.
/// </summary>
internal static class CloneNetworkImage
{
    // pause(), again and again.
    private static readonly byte[] s_amd64 = [0xb8, 0x22, 0x00, 0x00, 0x00, 0x0f, 0x05, 0xeb, 0xf7];

    // ppoll() of nothing without an end, again and again.
    private static readonly uint[] s_arm64 = [0xd2800000, 0xd2800001, 0xd2800002, 0xd2800003, 0xd2800004, 0xd2800928, 0xd4000001, 0x17fffff9];

    /// <summary>Makes the image.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="reference">Its name.</param>
    /// <param name="deployment">The deployment, for the message.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>IsolationUnavailable</c>: the engine's processor is not known.</exception>
    public static async Task MakeAsync(IContainerEngine engine, string reference, string deployment, CancellationToken cancellationToken)
    {
        var info = await engine.GetInfoAsync(cancellationToken).ConfigureAwait(false);
        var program = Program(info.Architecture) ?? throw NetworkRoom.Unavailable(deployment, $"no program for a container that holds its network is known for the processor '{info.Architecture}'");
        using var archive = new MemoryStream();
        var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true);
        await using (writer.ConfigureAwait(false))
        {
            var entry = new PaxTarEntry(TarEntryType.RegularFile, "wait") { DataStream = new MemoryStream(program), Mode = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute };
            await writer.WriteEntryAsync(entry, cancellationToken).ConfigureAwait(false);
        }

        archive.Position = 0;
        await engine.ImportImageAsync(archive, reference, ["ENTRYPOINT [\"/wait\"]"], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The program.</summary>
    /// <param name="architecture">The processor, as the engine calls it.</param>
    /// <returns>The program; <see langword="null"/> where the processor is not known.</returns>
    public static byte[]? Program(string? architecture) => architecture switch
    {
        "x86_64" or "amd64" => TinyProgram.Amd64(s_amd64),
        "aarch64" or "arm64" => TinyProgram.Arm64(s_arm64),
        _ => null,
    };
}
