"""How a device profile of a capture is called, and the parts of one that holds many traces."""

from collections.abc import Collection, Sequence

from profiles.capture_names import NameFacts, name_facts, process_of

MOST_CHARACTERS = 150


def device_name(
    system: str,
    facts: NameFacts,
    path: str,
    instance: str,
    process_id: int | None,
    taken: Collection[str],
) -> str:
    """`<system>_<instance>_pid_<pid>_nc_<n>_model_<id>`, `..._session_<k>`, or by its file's name.

    The first two are the official names; the number at their end is what people look for with
    `find`. A name that is taken gets the instance number of the model, then a running number.
    """
    suffix = _suffix(facts, path, instance, process_id)
    choices = [suffix]
    if facts.instance_index is not None:
        choices.append(f"{suffix}_instid_{facts.instance_index}")
    choices += [f"{suffix}_{number}" for number in range(2, len(taken) + 3)]
    return next(name for name in (_joined(system, one) for one in choices) if name not in taken)


def _suffix(facts: NameFacts, path: str, instance: str, process_id: int | None) -> str:
    process = f"_{instance}_pid_{process_id}" if instance and process_id is not None else ""
    if facts.session is not None:
        return f"{process}_nc_{facts.nc}_session_{facts.session}"
    if facts.program and facts.nc is not None:
        return f"{process}_nc_{facts.nc}_model_{facts.program}"
    return f"_{_stem(path)}"


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0] or "trace"


def _joined(system: str, suffix: str) -> str:
    """The end of the name tells profiles apart, so that it is the beginning which is cut."""
    end = suffix[-MOST_CHARACTERS + 1 :]
    return system[: MOST_CHARACTERS - len(end)] + end


def part_names(paths: Sequence[str]) -> list[str]:
    """A name for each trace of a directory of device files: rank and core where the names say."""
    places = range(len(paths))
    labels = [_label(path) for path in paths]
    with_process = [_told_apart(labels, n, _process_label(paths[n])) for n in places]
    with_folder = [_told_apart(with_process, n, paths[n].rpartition("/")[0]) for n in places]
    return [_told_apart(with_folder, n, paths[n]) for n in places]


def _told_apart(labels: Sequence[str], place: int, by: str) -> str:
    """The label at `place`, with what tells it apart where another one is the same."""
    label = labels[place]
    return f"{label} ({by})" if by and labels.count(label) > 1 else label


def _label(path: str) -> str:
    facts = name_facts(path)
    words = [
        (facts.rank, "Rank {}"),
        (facts.nc, "core {}"),
        (facts.session, "session {}"),
        (facts.execution if facts.rank is not None else None, "execution {}"),
    ]
    found = ", ".join(text.format(number) for number, text in words if number is not None)
    if facts.nc is not None and facts.program:
        found += f", model {facts.program}"
    return found[:1].upper() + found[1:] if found else _stem(path)


def _process_label(path: str) -> str:
    process = process_of(path)
    return f"{process.instance} process {process.process_id}" if process else ""
