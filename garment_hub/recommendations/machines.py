"""Which machines a process runs on, so that a stated machine speaks for a process nobody has named."""

from __future__ import annotations

MACHINES_OF: dict[str, frozenset[str]] = {
    process: frozenset(machines)
    for process, machines in {
        "pattern_cad": {"plotter"},
        "marker_making": {"plotter"},
        "spreading": {"auto_spreader"},
        "cutting": {"cutting_machine", "cad_cam_cutter"},
        "auto_cutting": {"cad_cam_cutter"},
        "fusing": {"fusing_press"},
        "sewing_assembly": {"lockstitch_machine", "overlock_machine"},
        "lockstitch": {"lockstitch_machine"},
        "chainstitch": {"chainstitch_machine"},
        "overlock": {"overlock_machine"},
        "interlock_safety": {"interlock_machine"},
        "coverstitch": {"coverstitch_machine"},
        "flatlock": {"flatlock_machine"},
        "double_needle": {"double_needle_machine"},
        "blind_hem": {"blindstitch_machine"},
        "bartack": {"bartack_machine"},
        "buttonhole_straight": {"buttonhole_machine"},
        "buttonhole_eyelet": {"eyelet_buttonhole_machine"},
        "welt_pocket": {"welting_machine"},
        "button_attaching": {"button_machine"},
        "embroidery": {"embroidery_machine"},
        "linking": {"linking_machine"},
        "ironing_finishing": {"steam_iron_table"},
    }.items()
}
