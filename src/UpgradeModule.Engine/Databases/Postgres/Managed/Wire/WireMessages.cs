using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Wire;

/// <summary>The messages that are sent to a server, and a little of what comes back.</summary>
internal static class WireMessages
{
    private const int Version3 = 3 << 16;
    private const int TlsCode = 80877103;
    private const int CancelCode = 80877102;

    /// <summary>Asks whether the server takes TLS.</summary>
    public static byte[] AskForTls() => Untyped(bytes => { }, TlsCode);

    /// <summary>Asks the server to cancel what a session does.</summary>
    /// <param name="process">The session's process.</param>
    /// <param name="key">The session's key.</param>
    public static byte[] Cancel(int process, ReadOnlyMemory<byte> key) => Untyped(
        bytes =>
        {
            Add(bytes, process);
            bytes.Write(key.Span);
        },
        CancelCode);

    /// <summary>Begins a session.</summary>
    /// <param name="settings">Its role, database and settings.</param>
    public static byte[] StartUp(IEnumerable<(string Name, string Value)> settings) => Untyped(
        bytes =>
        {
            foreach (var (name, value) in settings)
            {
                Add(bytes, name);
                Add(bytes, value);
            }

            bytes.WriteByte(0);
        },
        Version3);

    /// <summary>A query of one statement or more.</summary>
    /// <param name="sql">The statements.</param>
    public static byte[] Query(string sql) => Typed('Q', bytes => Add(bytes, sql));

    /// <summary>A password, as it is or hashed.</summary>
    /// <param name="text">The text.</param>
    public static byte[] Password(string text) => Typed('p', bytes => Add(bytes, text));

    /// <summary>The beginning of an exchange by SASL.</summary>
    /// <param name="mechanism">The mechanism.</param>
    /// <param name="text">The client's first message.</param>
    public static byte[] SaslFirst(string mechanism, string text) => Typed('p', bytes =>
    {
        Add(bytes, mechanism);
        var first = Encoding.UTF8.GetBytes(text);
        Add(bytes, first.Length);
        bytes.Write(first);
    });

    /// <summary>A further message of SASL.</summary>
    /// <param name="text">The message.</param>
    public static byte[] SaslNext(string text) => Typed('p', bytes => bytes.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Says that no rows come.</summary>
    public static byte[] CopyFail() => Typed('f', bytes => Add(bytes, "none are sent"));

    /// <summary>Ends a session.</summary>
    public static byte[] Terminate() => Typed('X', bytes => { });

    /// <summary>Whether a message may come at any time, whatever was asked: a notice, a setting that has changed, a notification.</summary>
    /// <param name="type">The message's type.</param>
    public static bool IsAside(byte type) => type is (byte)'N' or (byte)'S' or (byte)'A';

    /// <summary>How many rows the end of a COPY tells.</summary>
    /// <param name="payload">What the server says was done: <c>COPY 3</c>.</param>
    /// <returns>The number; <see langword="null"/> where it tells none.</returns>
    public static long? RowsOf(ReadOnlySpan<byte> payload)
    {
        var text = Encoding.UTF8.GetString(payload).TrimEnd('\0');
        return text.StartsWith("COPY ", StringComparison.Ordinal) && long.TryParse(text.AsSpan("COPY ".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var rows) ? rows : null;
    }

    private static byte[] Typed(char type, Action<MemoryStream> fill)
    {
        var bytes = new MemoryStream();
        bytes.WriteByte((byte)type);
        Add(bytes, 0);
        fill(bytes);
        var message = bytes.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), message.Length - 1);
        return message;
    }

    private static byte[] Untyped(Action<MemoryStream> fill, int code)
    {
        var bytes = new MemoryStream();
        Add(bytes, 0);
        Add(bytes, code);
        fill(bytes);
        var message = bytes.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(message, message.Length);
        return message;
    }

    private static void Add(MemoryStream bytes, int number)
    {
        Span<byte> four = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(four, number);
        bytes.Write(four);
    }

    // What holds a zero byte would be read as something shorter, and something else behind it.
    private static void Add(MemoryStream bytes, string text)
    {
        if (text.Contains('\0')) throw new WireUnusableException("a name holds a zero character");
        bytes.Write(Encoding.UTF8.GetBytes(text));
        bytes.WriteByte(0);
    }
}
