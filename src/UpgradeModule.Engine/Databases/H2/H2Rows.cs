namespace UpgradeModule.Engine.Databases.H2;

/// <summary>Hashes the rows that H2's CSVWRITE wrote, of any size, in little memory.</summary>
internal static class H2Rows
{
    private const int BlockSize = 1 << 16;

    /// <summary>Hashes the rows of a file, without the line of the columns' names.</summary>
    /// <param name="table">The table's name.</param>
    /// <param name="file">The file.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<TableHash> HashAsync(string table, string file, CancellationToken cancellationToken)
    {
        var hash = new ContentHash();
        var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using (stream.ConfigureAwait(false))
        {
            using var row = new MemoryStream();
            var buffer = new byte[BlockSize];
            var (quoted, names) = (false, true);
            while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                for (var at = 0; at < count; at++)
                {
                    // A line's end inside quotation marks is a part of a value; doubled marks open and close at once.
                    if (buffer[at] == (byte)'"') quoted = !quoted;
                    if (quoted || buffer[at] != (byte)'\n')
                    {
                        row.WriteByte(buffer[at]);
                        continue;
                    }

                    if (!names) hash.Add(row.GetBuffer().AsSpan(0, (int)row.Length));
                    names = false;
                    row.SetLength(0);
                }
            }

            if (row.Length > 0 && !names) hash.Add(row.GetBuffer().AsSpan(0, (int)row.Length));
        }

        return hash.Of(table);
    }
}
