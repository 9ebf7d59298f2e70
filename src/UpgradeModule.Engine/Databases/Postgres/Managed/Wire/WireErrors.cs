using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Wire;

/// <summary>Tells failures as the driver tells them, so that whoever handles its failures handles these.</summary>
internal static class WireErrors
{
    /// <summary>What an error message of the server says.</summary>
    /// <param name="payload">The message's fields.</param>
    public static PostgresException Server(ReadOnlySpan<byte> payload)
    {
        var fields = new Dictionary<char, string>();
        while (payload is [not 0, ..])
        {
            var end = payload[1..].IndexOf((byte)0);
            if (end < 0) break;
            fields[(char)payload[0]] = Encoding.UTF8.GetString(payload.Slice(1, end));
            payload = payload[(end + 2)..];
        }

        // Neither detail nor context: they may hold values of rows, which have no place in a message.
        var severity = fields.GetValueOrDefault('S', "ERROR");
        return new PostgresException(fields.GetValueOrDefault('M', "the server gave no reason"), severity, fields.GetValueOrDefault('V', severity), fields.GetValueOrDefault('C', "XX000"));
    }

    /// <summary>Whether the server ends the session after this.</summary>
    /// <param name="failure">What it said.</param>
    public static bool EndsSession(PostgresException failure) => failure.InvariantSeverity is "FATAL" or "PANIC";

    /// <summary>The connection failed.</summary>
    /// <param name="failure">How.</param>
    public static NpgsqlException Broken(Exception failure) => new("the connection broke", failure.InnerException as SocketException ?? failure);

    /// <summary>The server has closed the connection.</summary>
    public static NpgsqlException Closed() => new("the server closed the connection", new EndOfStreamException());

    /// <summary>Not all rows came.</summary>
    /// <param name="read">How many came.</param>
    /// <param name="told">How many the server says it has sent.</param>
    public static NpgsqlException Short(long read, long told) => new($"{read.ToString(CultureInfo.InvariantCulture)} rows were read of {told.ToString(CultureInfo.InvariantCulture)} that the server has sent");

    /// <summary>The server sends what it shouldn't.</summary>
    /// <param name="type">The message's type.</param>
    public static NpgsqlException Unexpected(byte type) => new($"the server sent a message of the unexpected type '{(char)type}'");
}
