using System.Buffers.Binary;
using System.Text;
using Npgsql;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Engine.Databases.Postgres.Managed.Dump;
using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;
using UpgradeModule.Engine.Databases.Postgres.Managed.Wire;

namespace UpgradeModule.Tests.Databases.Managed.Wire;

/// <summary>What a server may say between rows is passed over, wherever its bytes are cut; an end that isn't whole is none.</summary>
public class WireAsideTests
{
    private const string Row = "d:row\n";
    private const string Notice = "N:SDEBUG\0Mword\0\0";
    private const string Setting = "S:TimeZone\0UTC\0";
    private const string Notification = "A:\0\0\0\u0001channel\0word\0";
    private const string Done = "c:";
    private const string Ready = "Z:I";

    private static readonly string[] s_logOn = ["R:\0\0\0\0", Setting, "S:server_version\015.1\0", Notice, "K:\0\0\0\u0001\0\0\0\u0001", Ready];

    [Fact]
    public async Task Words_between_rows_are_passed_over_wherever_they_are_cut()
    {
        string[] messages = [Notice, "H:\0\0\0", Notice, Row, Notice, Setting, "d:" + new string('x', 30) + "\n", Notification, Row, Notice, Done, Setting, "C:COPY 3\0", Notice, Ready];
        var (start, end) = (Bytes(s_logOn).Length, Bytes([.. s_logOn, .. messages]).Length);
        var wanted = "row\n" + new string('x', 30) + "\nrow\n";
        foreach (var room in new[] { 3, 7, 1000 })
        {
            for (var cut = start; cut <= end; cut++) Assert.Equal((wanted, 3L), await ReadAsync(messages, room, [cut, cut + 3]));
            Assert.Equal((wanted, 3L), await ReadAsync(messages, room, Enumerable.Range(start, end - start)));
        }
    }

    [Theory]
    [InlineData(Ready)]
    [InlineData(Done, Ready)]
    [InlineData("C:COPY 1\0", Ready)]
    [InlineData(Done, Row, "C:COPY 1\0", Ready)]
    [InlineData(Done, "C:COPY 1\0", Row, Ready)]
    [InlineData(Done, "C:COPY 1\0")]
    [InlineData(Notice)]
    public async Task An_end_that_is_not_whole_is_none(params string[] end) =>
        await Assert.ThrowsAsync<NpgsqlException>(() => ReadAsync(["H:\0\0\0", Row, .. end], 1000, []));

    [Fact]
    public async Task A_failure_after_the_last_row_is_told() =>
        Assert.Equal("57014", (await Assert.ThrowsAsync<PostgresException>(() => ReadAsync(["H:\0\0\0", Row, Done, Notice, "E:SERROR\0C57014\0Mcancelled\0\0", Ready], 1000, []))).SqlState);

    [Fact]
    public async Task Rows_that_the_server_has_sent_and_that_did_not_come_are_missed()
    {
        await using var session = await OpenAsync(["H:\0\0\0", Row, Row, Done, "C:COPY 3\0", Ready], []);
        using var archive = new ArchiveWriter(Stream.Null, BackupCompression.None, 4);
        var failure = await Assert.ThrowsAsync<NpgsqlException>(() => new TableReader(archive, _ => { }).RunAsync(session, new TableData(1, "t", "", "", 0, null, "t"), 0, CancellationToken.None));
        Assert.Contains("2 rows were read of 3", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<(string Rows, long? Told)> ReadAsync(string[] messages, int room, IEnumerable<int> cuts)
    {
        await using var session = await OpenAsync(messages, cuts);
        await using var copy = await session.BeginCopyOutAsync("COPY t TO STDOUT", CancellationToken.None);
        var (rows, buffer) = (new MemoryStream(), new byte[room]);
        for (int count; (count = await copy.Stream.ReadAsync(buffer)) > 0;) rows.Write(buffer, 0, count);
        copy.Ended = true;
        return (Encoding.UTF8.GetString(rows.ToArray()), copy.Told);
    }

    private static Task<WireSession> OpenAsync(string[] messages, IEnumerable<int> cuts)
    {
        var logIn = new PostgresLogIn { Server = "127.0.0.1", Port = 1, Database = "d", Credential = new DatabaseCredential("u", "p") };
        return WireSession.OverAsync(new PiecedStream(Bytes([.. s_logOn, .. messages]), cuts), logIn, CancellationToken.None);
    }

    // A message as text: its type, a colon, its payload.
    private static byte[] Bytes(string[] messages)
    {
        var bytes = new MemoryStream();
        var length = new byte[sizeof(int)];
        foreach (var message in messages)
        {
            var payload = Encoding.UTF8.GetBytes(message[2..]);
            BinaryPrimitives.WriteInt32BigEndian(length, payload.Length + sizeof(int));
            bytes.WriteByte((byte)message[0]);
            bytes.Write(length);
            bytes.Write(payload);
        }

        return bytes.ToArray();
    }
}
