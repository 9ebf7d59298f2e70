using System.Buffers.Binary;
using System.Formats.Tar;
using UpgradeModule.Engine.Containers;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>
/// The image of the container whose network a clone shares. It holds one program of some hundred bytes that waits for ever: nothing has to be pulled, and
/// nothing is assumed of the application's image.
/// </summary>
internal static class CloneNetworkImage
{
    private const int Headers = 64 + 56;
    private const ulong Base = 0x400000;

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
        var program = Program(info.Architecture) ?? throw Clones.NetworkRoom.Unavailable(deployment, $"no program for a container that holds its network is known for the processor '{info.Architecture}'");
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
    public static byte[]? Program(string? architecture)
    {
        switch (architecture)
        {
            case "x86_64" or "amd64":
                return Elf(0x3e, s_amd64);
            case "aarch64" or "arm64":
                var code = new byte[s_arm64.Length * 4];
                for (var i = 0; i < s_arm64.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(code.AsSpan(i * 4), s_arm64[i]);
                return Elf(0xb7, code);
            default:
                return null;
        }
    }

    private static byte[] Elf(ushort machine, byte[] code)
    {
        var file = new byte[Headers + code.Length];
        var span = file.AsSpan();
        byte[] start = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        start.CopyTo(span);
        BinaryPrimitives.WriteUInt16LittleEndian(span[16..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(span[18..], machine);
        BinaryPrimitives.WriteUInt32LittleEndian(span[20..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(span[24..], Base + Headers);
        BinaryPrimitives.WriteUInt64LittleEndian(span[32..], 64);
        BinaryPrimitives.WriteUInt16LittleEndian(span[52..], 64);
        BinaryPrimitives.WriteUInt16LittleEndian(span[54..], 56);
        BinaryPrimitives.WriteUInt16LittleEndian(span[56..], 1);
        var segment = span[64..];
        BinaryPrimitives.WriteUInt32LittleEndian(segment, 1);
        BinaryPrimitives.WriteUInt32LittleEndian(segment[4..], 5);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[16..], Base);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[24..], Base);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[32..], (ulong)file.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[40..], (ulong)file.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[48..], 0x1000);
        code.CopyTo(span[Headers..]);
        return file;
    }
}
