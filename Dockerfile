# The suite on the official Odoo image. Every service of docker-compose.yml but the
# database runs it, the pretend partners of the profile "demo" included.
FROM odoo:17.0

USER root

# queue_job goes in alone: what it names as needed includes Odoo, which is there as a
# Debian package.
COPY requirements.txt /srv/mfg/requirements.txt
RUN grep -v '^odoo-addon-' /srv/mfg/requirements.txt > /srv/mfg/libraries.txt \
    && grep '^odoo-addon-' /srv/mfg/requirements.txt > /srv/mfg/addons.txt \
    && pip3 install --no-cache-dir -r /srv/mfg/libraries.txt \
    && pip3 install --no-cache-dir --no-deps -r /srv/mfg/addons.txt

COPY --chown=odoo addons /mnt/extra-addons
COPY --chown=odoo odoo.conf /etc/odoo/odoo.conf
COPY --chown=odoo tests /srv/mfg/tests

# Here the pretend partners write down what they accepted.
RUN install -d -o odoo /var/lib/mfg-ledgers

USER odoo
WORKDIR /srv/mfg
