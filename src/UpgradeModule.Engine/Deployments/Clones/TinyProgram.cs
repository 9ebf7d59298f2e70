using System.Buffers.Binary;

namespace UpgradeModule.Engine.Deployments.Clones;

/// <summary>Writes programs of some hundred bytes for Linux: where nothing can be assumed to be installed, and next to nothing is to be done.</summary>
internal static class TinyProgram
{
    private const int Headers = 64 + 56;
    private const ulong Base = 0x400000;

    /// <summary>Writes one for the processors of PCs and servers (x86-64).</summary>
    /// <param name="code">Its instructions.</param>
    public static byte[] Amd64(ReadOnlySpan<byte> code) => Elf(0x3e, code);

    /// <summary>Writes one for 64-bit ARM.</summary>
    /// <param name="instructions">Its instructions.</param>
    public static byte[] Arm64(IReadOnlyList<uint> instructions)
    {
        var code = new byte[instructions.Count * 4];
        for (var i = 0; i < instructions.Count; i++) BinaryPrimitives.WriteUInt32LittleEndian(code.AsSpan(i * 4), instructions[i]);
        return Elf(0xb7, code);
    }

    private static byte[] Elf(ushort machine, ReadOnlySpan<byte> code)
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
