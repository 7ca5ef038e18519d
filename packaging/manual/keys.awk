# The tables of `waymarkd --print-config=markdown` as sections of a manual page.
function plain(text) {
    gsub(/\\\|/, "|", text)
    gsub(/`/, "", text)
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    if (text ~ /^[.']/)
        text = "\\\\&" text
    return text
}

/^## / {
    print ".SH " toupper(substr($0, 4)) " KEYS"
    next
}

/^\| `/ {
    line = $0
    gsub(/\\\|/, "\001", line)
    if (split(line, cell, / *\| */) != 7) {
        print "keys.awk: not a row of five cells: " $0 >"/dev/stderr"
        exit 1
    }
    for (i in cell)
        gsub(/\001/, "|", cell[i])
    key = plain(cell[2])
    print ".TP"
    print ".BR " key " \" = " plain(cell[3]) "\""
    print plain(cell[6]) "."
    if (cell[4] == "required")
        fate = "It is required"
    else if (cell[4] == "none")
        fate = "It has no default"
    else
        fate = "The default is \\fB" plain(cell[4]) "\\fR"
    print fate (cell[5] == "yes" ? "; a reload takes it over." : "; a change needs a restart.")
    count++
}

END {
    if (count == 0) {
        print "keys.awk: there are no keys" >"/dev/stderr"
        exit 1
    }
}
