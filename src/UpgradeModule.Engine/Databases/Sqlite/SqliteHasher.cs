using System.Buffers.Binary;
using System.Security.Cryptography;
using SQLitePCL;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Sqlite;

/// <summary>Hashes the rows of a database: each value with its type, wherever on the pages it lies.</summary>
internal static class SqliteHasher
{
    private const int Told = 1000;

    /// <summary>Hashes every table.</summary>
    /// <param name="session">The session.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="activity">What is done.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static IReadOnlyList<TableHash> Run(SqliteSession session, IOperationContext operation, string activity, CancellationToken cancellationToken)
    {
        session.Execute("BEGIN");
        try
        {
            var counts = SqliteReader.Count(session);
            var progress = new WorkProgress(operation, activity);
            progress.Begin(new WorkStage { Size = counts.Sum(table => table.Rows), Parts = counts.Count, Bytes = false });
            try
            {
                return [.. counts.Select(table => Hash(session, table, progress, cancellationToken))];
            }
            finally
            {
                progress.End();
            }
        }
        finally
        {
            session.Execute("ROLLBACK");
        }
    }

    private static TableHash Hash(SqliteSession session, TableCount table, WorkProgress progress, CancellationToken cancellationToken)
    {
        progress.Begin(table.Table, table.Rows);
        var hash = new ContentHash();
        using var row = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        using var command = session.Connection.CreateCommand();
        command.CommandText = $"SELECT * FROM main.{SqliteSession.Quote(table.Table)}";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var column = 0; column < reader.FieldCount; column++) Append(row, reader.Handle!, column);
            row.GetHashAndReset(digest);
            hash.AddDigest(digest);
            if (hash.Rows % Told == 0) progress.Moved(table.Table, Told);
        }

        progress.Finish(table.Table);
        return hash.Of(table.Table);
    }

    // A type and a length before each value: else two values could be cut otherwise and be the same together.
    private static void Append(IncrementalHash row, sqlite3_stmt statement, int column)
    {
        var type = raw.sqlite3_column_type(statement, column);
        Span<byte> head = stackalloc byte[1 + sizeof(long)];
        head[0] = (byte)type;
        switch (type)
        {
            case raw.SQLITE_INTEGER:
                BinaryPrimitives.WriteInt64LittleEndian(head[1..], raw.sqlite3_column_int64(statement, column));
                row.AppendData(head);
                return;
            case raw.SQLITE_FLOAT:
                BinaryPrimitives.WriteDoubleLittleEndian(head[1..], raw.sqlite3_column_double(statement, column));
                row.AppendData(head);
                return;
            case raw.SQLITE_NULL:
                row.AppendData(head[..1]);
                return;
            default:
                var bytes = raw.sqlite3_column_blob(statement, column);
                BinaryPrimitives.WriteInt64LittleEndian(head[1..], bytes.Length);
                row.AppendData(head);
                row.AppendData(bytes);
                return;
        }
    }
}
